//! Files that have changes which are not committed: theirs and ours could not be told apart afterwards.

use engine::failure::{Exit, Failure, Outcome};
use scaffold::Plan;
use std::process::Command;

use crate::project::Project;

/// Refuses to change such files. What is no checkout of git has none.
pub(super) fn refuse(project: &Project, plan: &Plan) -> Outcome {
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(project.root()).args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    // A folder within somebody else's checkout is none of its own.
    if git(&["rev-parse", "--show-prefix"]).is_none_or(|prefix| !prefix.trim().is_empty()) {
        return Ok(());
    }
    let files = plan.changes.iter().map(|change| change.file.as_str());
    let args: Vec<_> = ["status", "--porcelain", "--"].into_iter().chain(files).collect();
    let changed = git(&args).unwrap_or_default();
    if changed.trim().is_empty() {
        return Ok(());
    }
    let failure = Failure::new("files that would be changed have changes which are not committed").exit(Exit::Decision);
    let failure = changed.lines().fold(failure, |failure, line| failure.since(line.get(3..).unwrap_or(line)));
    Err(failure.hint("commit or stash them first, or let them be changed as they are: --allow-dirty"))
}
