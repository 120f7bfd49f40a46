//! Writes all files, or leaves the project as it was.

use engine::failure::{Context, Failure, Outcome};
use scaffold::{Change, Plan};
use std::fs;
use std::path::Path;

use crate::project::Project;

pub(super) fn all(project: &Project, plan: &Plan) -> Outcome {
    let mut done: Vec<(&Change, Option<Vec<u8>>)> = Vec::new();
    for change in &plan.changes {
        let path = project.root().join(&change.file);
        let before = fs::read(&path).ok();
        if let Err(failure) = write(&path, &change.text) {
            return Err(undo(project, &done, failure));
        }
        done.push((change, before));
    }
    Ok(())
}

/// As a whole or not at all: a file that is cut off would not compile.
fn write(path: &Path, text: &str) -> Outcome {
    let cannot = || format!("cannot write {}", path.display());
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).failing(cannot)?;
    let file = tempfile::NamedTempFile::new_in(folder).failing(cannot)?;
    fs::write(file.path(), text).failing(cannot)?;
    // A temporary file is its owner's alone.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_or(0o644, |there| there.permissions().mode());
        fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).failing(cannot)?;
    }
    file.persist(path).map(drop).failing(cannot)
}

fn undo(project: &Project, done: &[(&Change, Option<Vec<u8>>)], failure: Failure) -> Failure {
    let mut left = Vec::new();
    for (change, before) in done {
        let path = project.root().join(&change.file);
        let undone = match before {
            Some(bytes) => fs::write(&path, bytes),
            None => fs::remove_file(&path),
        };
        if undone.is_err() {
            left.push(change.file.as_str());
        }
    }
    if left.is_empty() {
        return failure.hint("mend that and run the command again: what was written was taken back");
    }
    failure.hint(format!("bring these back as they were: git checkout -- {}", left.join(" ")))
}
