//! Whether the program can start in the image at all, which otherwise shows only when the function is first called.

use goblin::elf::Elf;
use goblin::elf::header::machine_to_str;

use crate::error::Error;
use crate::platform::Platform;

/// That the program is for this platform and, where there is nothing but itself, needs nothing else.
pub(crate) fn check(program: &[u8], platform: Platform, alone: bool) -> Result<(), Error> {
    let wrong = |why: String, remedy: String| Err(Error::Program { why, remedy });
    let target = platform.static_target();
    let elf = match Elf::parse(program) {
        Ok(elf) => elf,
        Err(error) => return wrong(format!("it is no Linux program ({error})"), format!("build it for {target}")),
    };
    if elf.header.e_machine != platform.machine() {
        let machine = machine_to_str(elf.header.e_machine);
        return wrong(format!("it is for {machine}, the image for {platform}"), format!("build it for {target}"));
    }
    if !alone {
        return Ok(());
    }
    let needed = elf.libraries.iter().copied().chain(elf.interpreter).collect::<Vec<_>>();
    if needed.is_empty() {
        return Ok(());
    }
    wrong(
        format!("scratch has no libraries, and it needs {}", needed.join(", ")),
        format!("link it statically by building it for {target}, or choose a base that has what it needs"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_program_is_refused() {
        let said = check(b"#!/bin/sh\n", Platform::Amd64, false).unwrap_err().to_string();
        assert!(said.contains("no Linux program"), "{said}");
    }

    /// The running test is a Linux program, linked as usual.
    #[test]
    #[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
    fn architecture_and_libraries_are_looked_at() {
        let own = std::fs::read("/proc/self/exe").unwrap();
        check(&own, Platform::Amd64, false).unwrap();
        let said = check(&own, Platform::Arm64, false).unwrap_err().to_string();
        assert!(said.contains("X86_64") && said.contains("linux/arm64"), "{said}");
        let error = check(&own, Platform::Amd64, true).unwrap_err();
        assert!(error.to_string().contains("libc.so.6"), "{error}");
        let remedy = error.remedy().unwrap();
        assert!(remedy.contains("x86_64-unknown-linux-musl") && remedy.contains("base"), "{remedy}");
    }
}
