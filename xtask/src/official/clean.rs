//! Templates in which CloudFormation's own rules have found nothing, by their text: reading those rules takes a third of a
//! second, and judging a template by them a twentieth.

use engine::hash;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::project::Project;

/// Changes whenever more or less is made of what those rules say.
const FORM: &str = "1";

/// Which of these rules there are, as the lock file states it: others may find something.
static RULES: LazyLock<String> = LazyLock::new(|| rules(include_str!("../../../Cargo.lock")));

fn rules(lock: &str) -> String {
    lock.split("[[package]]").filter(|package| package.contains("\"cloudformation-validate")).collect()
}

/// An empty file for each.
pub(crate) struct Clean(Option<PathBuf>);

impl Clean {
    pub(crate) fn of(project: &Project) -> Self {
        Self(Some(project.target().join("millrace").join("clean")))
    }

    /// Knows of none, and remembers none.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    pub(super) fn knows(&self, text: &str) -> bool {
        self.0.as_deref().is_some_and(|folder| place(folder, text).is_file())
    }

    /// What cannot be remembered is judged again.
    pub(super) fn remember(&self, text: &str) {
        if let Some(folder) = &self.0 {
            let _ = fs::create_dir_all(folder).and_then(|()| fs::write(place(folder, text), ""));
        }
    }
}

fn place(folder: &Path, text: &str) -> PathBuf {
    folder.join(hash::hex(&[FORM.as_bytes(), RULES.as_bytes(), text.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_rules_are_other_rules() {
        let lock = include_str!("../../../Cargo.lock");
        let before = rules(lock);
        let later = rules(&lock.replace(
            "name = \"cloudformation-validate-rules\"\nversion = \"1",
            "name = \"cloudformation-validate-rules\"\nversion = \"9",
        ));
        assert_ne!(before, later);
        assert_eq!(before, rules(&lock.replace("name = \"serde\"\nversion = \"1", "name = \"serde\"\nversion = \"9")));
    }
}
