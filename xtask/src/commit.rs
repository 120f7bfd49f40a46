//! The commit that is being deployed, for tags.

use std::process::Command;

use crate::project::Project;

/// The commit's hash, marked where the working tree differs from it; `None` outside a git checkout.
pub(crate) fn current(project: &Project) -> Option<String> {
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(project.root()).args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let dirty = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some(if dirty { format!("{commit}-modified") } else { commit })
}
