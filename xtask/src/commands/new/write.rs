//! Writes all files, or leaves the project as it was.

use engine::failure::{Context, Failure, Outcome};
use scaffold::{Change, Plan};
use std::fs;
use std::path::Path;

use crate::whole_file;

pub(super) fn all(root: &Path, plan: &Plan) -> Outcome {
    let mut done: Vec<(&Change, Option<Vec<u8>>)> = Vec::new();
    for change in &plan.changes {
        let path = root.join(&change.file);
        let before = fs::read(&path).ok();
        if let Err(failure) =
            whole_file::write(&path, &change.text).failing(|| format!("cannot write {}", path.display()))
        {
            return Err(undo(root, &done, failure));
        }
        done.push((change, before));
    }
    Ok(())
}

fn undo(root: &Path, done: &[(&Change, Option<Vec<u8>>)], failure: Failure) -> Failure {
    let mut left = Vec::new();
    for (change, before) in done {
        let path = root.join(&change.file);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(files: &[(&str, bool)]) -> Plan {
        let change = |(file, is_new): &(&str, bool)| Change {
            file: (*file).to_owned(),
            text: "new\n".to_owned(),
            is_new: *is_new,
        };
        Plan { changes: files.iter().map(change).collect() }
    }

    #[test]
    fn either_all_is_written_or_nothing() {
        let root = tempfile::tempdir().unwrap();
        let at = |file: &str| root.path().join(file);
        fs::write(at("there"), "old\n").unwrap();
        // A folder cannot become a file.
        fs::create_dir_all(at("folder/within")).unwrap();
        let failure = all(root.path(), &plan(&[("a/b", true), ("there", false), ("folder", false)])).unwrap_err();
        assert!(failure.to_string().contains("was taken back"), "{failure}");
        assert_eq!((at("a/b").exists(), fs::read_to_string(at("there")).unwrap().as_str()), (false, "old\n"));

        all(root.path(), &plan(&[("a/b", true), ("there", false)])).unwrap();
        assert!(["a/b", "there"].iter().all(|file| fs::read_to_string(at(file)).unwrap() == "new\n"));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 3, "no temporary file is left");
    }
}
