//! What would make the same code give other bytes in another folder, on another machine or at another time.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Profile;
use super::target::Target;
use engine::failure::{Context, Failure, Outcome};

/// The earliest time that a zip can state; build scripts that stamp their output take it as today.
const EPOCH: &str = "315532800";

/// Variables of cargo that say how to reach the registry or how to print, and not what to build.
const HARMLESS: [&str; 7] = ["HOME", "NET_", "HTTP_", "REGISTR", "SOURCE_", "TERM_", "BUILD_JOBS"];

/// The compiler in use, as far as it shows in what it makes.
pub(super) struct Compiler {
    sysroot: PathBuf,
    version: String,
}

impl Compiler {
    /// The one that cargo takes in this folder.
    pub(super) fn find(root: &Path) -> Outcome<Self> {
        let sysroot = ask(root, &["--print", "sysroot"])?;
        let version = ask(root, &["--version", "--verbose"])?;
        Ok(Self { sysroot: sysroot.trim().into(), version })
    }

    /// All that it says of itself.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    fn commit(&self) -> &str {
        self.version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown")
    }

    /// That the compiler has a standard library for the target.
    pub(super) fn has(&self, target: Target) -> Outcome {
        if self.sysroot.join("lib").join("rustlib").join(target.triple).join("lib").is_dir() {
            return Ok(());
        }
        Err(Failure::new(format!("the Rust toolchain cannot build for {}", target.name))
            .since(format!("{} has no target {}", self.sysroot.display(), target.triple))
            .hint(format!("rustup target add {}", target.triple)))
    }
}

fn ask(root: &Path, question: &[&str]) -> Outcome<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc).args(question).current_dir(root).output();
    let output = output.failing(|| "the Rust compiler could not be run".to_owned())?;
    if !output.status.success() {
        return Err(Failure::new("the Rust compiler does not answer").since(String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Folders of this machine that end up in binaries, and what stands there instead. Of two that match, the later counts.
///
/// The checkout is none of them: cargo names the files of its crates from there on. So the flags are the same for every checkout
/// that builds in this target folder, and what none of them has changed is built once.
fn folders(target_dir: &Path, compiler: &Compiler) -> Vec<(PathBuf, String)> {
    let source = compiler.sysroot.join("lib").join("rustlib").join("src").join("rust");
    let mut folders = vec![
        (compiler.sysroot.clone(), "/sysroot".to_owned()),
        // Where the sources of the standard library are installed, rustc names them instead of its own build folder.
        (source, format!("/rustc/{}", compiler.commit())),
        (target_dir.to_owned(), "/target".to_owned()),
    ];
    folders.extend(cargo_home().map(|home| (home, "/cargo".to_owned())));
    folders
}

/// Where cargo keeps its own settings, and what it has fetched.
pub(super) fn cargo_home() -> Option<PathBuf> {
    let named = env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")))
}

/// Sets what cargo leaves open, and takes out what `cargo run` or the user's shell adds.
pub(super) fn prepare(
    command: &mut Command,
    target_dir: &Path,
    compiler: &Compiler,
    (target, profile): (Target, Profile),
) {
    for (name, _) in env::vars_os().filter(|(name, _)| is_disturbing(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    let mut flags: Vec<OsString> = Vec::new();
    for (folder, instead) in folders(target_dir, compiler) {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(folder);
        flag.push("=");
        flag.push(instead);
        flags.push(flag);
    }
    // Flags in the environment replace the ones that cargo-lambda would set for what ships.
    if profile == Profile::Release {
        flags.push(format!("-Ctarget-cpu={}", target.cpu).into());
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join(&OsString::from("\u{1f}")));
    command.env("SOURCE_DATE_EPOCH", EPOCH);
    command.env("CARGO_TARGET_DIR", target_dir);
}

/// Whether a variable changes what is built: cargo builds everything anew when one of them comes or goes.
fn is_disturbing(name: &str) -> bool {
    match name.strip_prefix("CARGO_") {
        Some(rest) => !HARMLESS.iter().any(|prefix| rest.starts_with(prefix)),
        None => matches!(name, "RUSTFLAGS" | "CFLAGS" | "CXXFLAGS" | "CC" | "CXX" | "RUSTC_BOOTSTRAP"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_run_sets_is_taken_out() {
        for name in
            ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_TARGET_DIR", "CARGO_PROFILE_RELEASE_LTO", "RUSTFLAGS"]
        {
            assert!(is_disturbing(name), "{name}");
        }
        for name in ["CARGO", "CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_HTTP_PROXY", "RUSTUP_TOOLCHAIN", "PATH"] {
            assert!(!is_disturbing(name), "{name}");
        }
    }

    #[test]
    fn a_missing_target_is_named_with_its_remedy() {
        let compiler = Compiler { sysroot: "/nowhere".into(), version: String::new() };
        let failure = compiler.has(Target::of(stacks::stage::Architecture::Arm64)).unwrap_err().to_string();
        assert!(failure.contains("rustup target add aarch64-unknown-linux-gnu"), "{failure}");
    }
}
