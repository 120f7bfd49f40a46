//! A checkout to change code in: a copy of what git knows, kept between runs, since building its functions takes minutes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tool::succeed;
use crate::project::Project;
use engine::failure::{Context, Failure, Outcome};

/// The text that is changed, in a message of a function.
const FILE: &str = "functions/write-to-s3/src/folder.rs";
const TEXT: &str = "is not as this function writes it";

/// What may change from run to run; elsewhere nothing is that cargo would take in.
const FOLDERS: [&str; 5] = ["environments", "functions", "stacks", "templates", "xtask"];

pub(super) struct Checkout {
    root: PathBuf,
    /// The file as it is, before any round.
    code: String,
}

impl Checkout {
    pub(super) fn copy(project: &Project) -> Outcome<Self> {
        let root = project.target().join("bench").join("checkout");
        let mut git = Command::new("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(project.root());
        let listed = String::from_utf8_lossy(&succeed(&mut git)?.stdout).into_owned();
        // What git knows may have been deleted.
        let files = listed.split('\0').filter(|file| project.root().join(file).is_file());
        let files: BTreeSet<&Path> = files.map(Path::new).collect();
        for folder in FOLDERS {
            forget_others(&root, Path::new(folder), &files)?;
        }
        for file in files {
            let (from, to) = (project.root().join(file), root.join(file));
            let cannot = || format!("cannot copy {} to {}", file.display(), root.display());
            let content = fs::read(&from).failing(cannot)?;
            // Cargo goes by times: what is the same stays as it is.
            if fs::read(&to).is_ok_and(|there| there == content) {
                continue;
            }
            to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&to, content)).failing(cannot)?;
        }
        let file = root.join(FILE);
        let code = fs::read_to_string(&file).failing(|| format!("cannot read {}", file.display()))?;
        if !code.contains(TEXT) {
            return Err(Failure::new(format!("{FILE} does not say '{TEXT}', which is what is changed in a round"))
                .hint("name another text of a function in xtask/src/commands/bench/checkout.rs"));
        }
        Ok(Self { root, code })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Changes the code of one function, each time to what it has never been.
    pub(super) fn change(&self, number: u64) -> Outcome {
        let file = self.root.join(FILE);
        let code = self.code.replace(TEXT, &format!("{TEXT}, for the {number}th time"));
        fs::write(&file, code).failing(|| format!("cannot write {}", file.display()))
    }
}

/// What is gone from the checkout goes from its copy too.
fn forget_others(root: &Path, folder: &Path, files: &BTreeSet<&Path>) -> Outcome {
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return Ok(()) };
    for entry in entries.filter_map(Result::ok) {
        let path = folder.join(entry.file_name());
        if root.join(&path).is_dir() {
            forget_others(root, &path, files)?;
        } else if !files.contains(path.as_path()) {
            fs::remove_file(root.join(&path)).failing(|| format!("cannot delete {}", path.display()))?;
        }
    }
    Ok(())
}
