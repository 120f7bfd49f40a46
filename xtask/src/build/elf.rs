//! Whether a binary can start in Lambda at all, which otherwise shows only when the function is first called.

use goblin::elf::Elf;

use super::target::Target;
use engine::failure::{Context, Failure, Outcome};

/// The C library of `provided.al2023`.
const GLIBC: Version = (2, 34);

type Version = (u32, u32);

/// That the binary is for this architecture, and needs no newer C library than Lambda has.
pub(super) fn check(function: &str, binary: &[u8], target: Target) -> Outcome {
    let elf = Elf::parse(binary).failing(|| format!("{function}: what was built is not a Linux program"))?;
    let machine = elf.header.e_machine;
    if machine != target.machine {
        return Err(Failure::new(format!("{function}: what was built is not for {}", target.name))
            .since(format!("the program is for {}", goblin::elf::header::machine_to_str(machine)))
            .hint("remove the folder millrace in cargo's target folder and build again"));
    }
    let Some((symbol_version, library)) = too_new(&elf) else { return Ok(()) };
    Err(Failure::new(format!("{function} would not start in Lambda"))
        .since(format!("it needs {symbol_version} of {library}, but provided.al2023 has GLIBC {}.{}", GLIBC.0, GLIBC.1))
        .hint("a dependency brings a library built elsewhere: build it from source, or link it statically"))
}

/// The newest version of the C library's symbols that the binary needs, if Lambda does not have it.
fn too_new<'a>(elf: &'a Elf<'a>) -> Option<(&'a str, &'a str)> {
    let mut newest = None;
    for library in elf.verneed.iter().flat_map(goblin::elf::VerneedSection::iter) {
        let file = elf.dynstrtab.get_at(library.vn_file).unwrap_or("an unnamed library");
        let names = library.iter().filter_map(|symbol| elf.dynstrtab.get_at(symbol.vna_name));
        newest = newest.max(names.filter_map(|name| Some((glibc(name)?, name, file))).max());
    }
    newest.filter(|(version, ..)| *version > GLIBC).map(|(_, name, file)| (name, file))
}

/// `GLIBC_2.3.4` is of version 2.3; what is no such name is of no version.
fn glibc(symbol_version: &str) -> Option<Version> {
    let mut parts = symbol_version.strip_prefix("GLIBC_")?.split('.');
    let major = parts.next()?.parse().ok()?;
    Some((major, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use stacks::stage::Architecture;

    #[test]
    fn versions_are_read() {
        assert_eq!(glibc("GLIBC_2.34"), Some((2, 34)));
        assert_eq!(glibc("GLIBC_2.3.4"), Some((2, 3)));
        assert_eq!(glibc("GLIBC_PRIVATE"), None);
        assert_eq!(glibc("GCC_3.0"), None);
    }

    #[test]
    fn what_is_no_program_is_refused() {
        let failure = check("f", b"#!/bin/sh\n", Target::of(Architecture::Arm64)).unwrap_err().to_string();
        assert!(failure.contains("f: what was built is not a Linux program"), "{failure}");
    }

    /// The running test is a Linux program for the machine that it runs on.
    #[test]
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn another_architecture_is_refused() {
        let own = std::fs::read("/proc/self/exe").unwrap();
        let failure = check("f", &own, Target::of(Architecture::Arm64)).unwrap_err().to_string();
        assert!(failure.contains("not for arm64"), "{failure}");
        assert!(failure.contains("X86_64"), "{failure}");
    }
}
