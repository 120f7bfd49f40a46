//! What came of a build is known by everything that went into it. Where nothing of that has changed, nobody asks cargo: it takes
//! seconds to come to the same answer, and where checkouts take turns in one target folder it builds their crates anew.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::Profile;
use super::reproducible::Compiler;
use super::target::Target;
use crate::tools::Tool;
use crate::whole_file;
use engine::failure::{Context, Outcome};
use engine::hash;

/// Changes whenever builds are made otherwise than before, so that none of old is taken for a new one.
const FORM: &str = "1";

/// The binary of each function, by the SHA-256 of its bytes.
pub(super) type Digests = BTreeMap<String, String>;

/// Where every crate of the project is that is built into a function.
const FUNCTIONS: &str = "functions";

/// Files beside it that decide what cargo makes of it.
const AT_THE_ROOT: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

/// The same, in the project's folder and in any above it.
const AT_OR_ABOVE: [&str; 4] = [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"];

/// What variables begin with that a compiler, a linker or a build script of a crate in C goes by. Others that change a
/// build are taken out of its environment.
const TELLING: [&str; 15] = [
    "PATH",
    "CC_",
    "CXX_",
    "AR",
    "CFLAGS_",
    "CXXFLAGS_",
    "TARGET_",
    "HOST_",
    "LIBRARY_PATH",
    "CPATH",
    "C_INCLUDE_PATH",
    "PKG_CONFIG",
    "AWS_LC_",
    "RUSTUP_TOOLCHAIN",
    "RUSTC",
];

/// Everything that goes into a build of all functions, as a digest.
#[derive(PartialEq, Eq)]
pub(super) struct Inputs(String);

impl Inputs {
    pub(super) fn of(
        root: &Path,
        cargo_lambda: &Tool,
        compiler: &Compiler,
        (target, profile): (Target, Profile),
    ) -> Outcome<Self> {
        let mut parts: Vec<Vec<u8>> =
            [FORM, target.triple, target.cpu, profile.name(), compiler.version()].map(Into::into).to_vec();
        parts.push(cargo_lambda.folder().as_os_str().as_bytes().to_vec());
        for (name, value) in variables(env::vars_os()) {
            parts.extend([name.into_bytes(), value]);
        }
        let cannot = || format!("cannot read what the functions in {} are made of", root.display());
        let above = root.ancestors().flat_map(|folder| AT_OR_ABOVE.map(|name| (name, folder.join(name))));
        let home = super::reproducible::cargo_home().map(|home| ("home", home.join("config.toml")));
        for (name, path) in AT_THE_ROOT.map(|name| (name, root.join(name))).into_iter().chain(above).chain(home) {
            match fs::read(path) {
                Ok(content) => parts.extend([name.into(), content]),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).failing(cannot),
            }
        }
        let mut files = Vec::new();
        below(&root.join(FUNCTIONS), &mut files).failing(cannot)?;
        for file in files {
            parts.push(file.strip_prefix(root).unwrap_or(&file).as_os_str().as_bytes().to_vec());
            parts.push(fs::read(&file).failing(cannot)?);
        }
        Ok(Self(hash::hex(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>())))
    }

    /// The binaries that a build made of this, if there was one.
    pub(super) fn known(&self, here: &Path) -> Option<Digests> {
        // What cannot be read is built, which writes it anew.
        serde_json::from_slice(&fs::read(self.place(here)).ok()?).ok()
    }

    /// Unless something else went into the build than is looked at here.
    pub(super) fn remember(&self, here: &Path, root: &Path, listed: &Path, digests: &Digests) -> Outcome {
        let (functions, path) = (root.join(FUNCTIONS), self.place(here));
        if !digests.keys().all(|name| lists_only(&listed.join(format!("{name}.d")), &functions)) {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(digests).failing(|| "cannot write JSON".to_owned())?;
        whole_file::write(&path, &text).failing(|| format!("cannot write {}", path.display()))
    }

    fn place(&self, here: &Path) -> PathBuf {
        here.join("known").join(format!("{}.json", &self.0[..32]))
    }
}

fn variables(all: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>) -> BTreeMap<String, Vec<u8>> {
    all.filter_map(|(name, value)| Some((name.into_string().ok()?, value.as_bytes().to_vec())))
        .filter(|(name, _)| TELLING.iter().any(|start| name.starts_with(start)))
        .collect()
}

/// Every file in a folder, in a fixed order.
fn below(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Also what a link leads to.
        if fs::metadata(&path)?.is_dir() { below(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// Whether all files of the project that cargo has listed for a binary are in this folder.
fn lists_only(list: &Path, folder: &Path) -> bool {
    let Ok(text) = fs::read(list) else { return false };
    let text = String::from_utf8_lossy(&text);
    let Some((_, files)) = text.lines().next().unwrap_or_default().split_once(": ") else { return false };
    // A space in a name stands behind a backslash.
    let files = files.replace("\\ ", "\0");
    files.split(' ').all(|file| Path::new(OsStr::new(&file.replace('\0', " "))).starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;
    use crate::tools;
    use stacks::stage::Architecture;
    use tempfile::TempDir;

    fn write(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn world() -> TempDir {
        let folder = TempDir::new().unwrap();
        for (file, text) in
            [("Cargo.toml", "[workspace]"), ("Cargo.lock", ""), ("functions/a/src/main.rs", "fn main() {}")]
        {
            write(folder.path(), file, text);
        }
        folder
    }

    fn inputs(root: &TempDir, profile: Profile) -> Inputs {
        let here = Project::find().unwrap();
        let compiler = Compiler::find(here.root()).unwrap();
        let target = Target::of(Architecture::X86_64);
        Inputs::of(root.path(), &tools::cargo_lambda(&here).unwrap(), &compiler, (target, profile)).unwrap()
    }

    #[test]
    fn the_same_in_two_folders_is_the_same_and_any_change_is_another() {
        let (one, other) = (world(), world());
        let before = inputs(&one, Profile::Quick);
        assert!(before == inputs(&other, Profile::Quick));
        assert!(before != inputs(&one, Profile::Release));
        for (file, text) in [
            ("functions/a/src/main.rs", "fn main() { }"),
            ("functions/a/src/other.rs", ""),
            ("functions/b/data.json", "{}"),
            ("Cargo.lock", "version = 4"),
            ("Cargo.toml", "[workspace]\nresolver = \"3\""),
            (".cargo/config.toml", "[build]"),
            ("rust-toolchain.toml", "[toolchain]"),
        ] {
            let before = inputs(&one, Profile::Quick);
            write(one.path(), file, text);
            assert!(before != inputs(&one, Profile::Quick), "{file}");
        }
        // What has nothing to do with functions.
        let before = inputs(&one, Profile::Quick);
        write(one.path(), "environments/dev.yaml", "project: a");
        assert!(before == inputs(&one, Profile::Quick));
    }

    #[test]
    fn what_was_built_is_known_again_unless_it_was_made_of_other_files_too() {
        let root = world();
        let (here, target_dir) = (root.path().join("here"), root.path().join("a target"));
        let inputs = inputs(&root, Profile::Quick);
        let digests = Digests::from([("a".to_owned(), "c0ffee".to_owned())]);
        let at = |file: &str| root.path().join(file).display().to_string();
        let list = |files: &str| {
            write(
                &target_dir,
                "a.d",
                &format!("{}/a: {files}\n", target_dir.display().to_string().replace(' ', "\\ ")),
            );
            inputs.remember(&here, root.path(), &target_dir, &digests).unwrap();
            inputs.known(&here)
        };
        assert_eq!(inputs.known(&here), None);
        assert_eq!(list(&format!("{} {}", at("functions/a/src/main.rs"), at("environments/dev.yaml"))), None);
        assert_eq!(
            list(&format!("{} {}", at("functions/a/src/main.rs"), at("functions/a/a\\ file"))),
            Some(digests.clone())
        );
        write(&here, &format!("known/{}.json", &inputs.0[..32]), "{");
        assert_eq!(inputs.known(&here), None);
    }

    #[test]
    fn a_variable_that_chooses_a_compiler_counts_and_that_of_a_terminal_does_not() {
        let all = ["PATH", "CC_x86_64_unknown_linux_gnu", "TERM", "AWS_PROFILE", "AWS_LC_SYS_CFLAGS"];
        let counted = variables(all.into_iter().map(|name| (name.into(), "x".into())));
        assert_eq!(
            counted.into_keys().collect::<Vec<_>>(),
            ["AWS_LC_SYS_CFLAGS", "CC_x86_64_unknown_linux_gnu", "PATH"]
        );
    }
}
