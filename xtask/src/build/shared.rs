//! One target folder for several checkouts: what they depend on is built once, their own crates by each for itself.
//!
//! To cargo the crates of two checkouts are the same, and which of them was built last it tells by the times of files alone: an
//! older file with other code would go unseen. So whoever builds after another checkout begins his own crates anew.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use super::Profile;
use super::reproducible::{self, Compiler};
use super::target::Target;
use crate::project::Project;
use engine::failure::{Context, Failure, Outcome};

/// Clears the project's own crates away if another checkout has built them. Under the lock of the build.
pub(super) fn take_over(
    project: &Project,
    target_dir: &Path,
    compiler: &Compiler,
    (target, profile): (Target, Profile),
) -> Outcome {
    let owner = target_dir.join(format!("checkout-{}-{}", target.triple, profile.name()));
    let own = project.root().as_os_str().as_encoded_bytes();
    match fs::read(&owner) {
        Ok(last) if last == own => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        last => {
            last.failing(|| format!("cannot read {}", owner.display()))?;
        }
    }
    let mut command = Command::new("cargo");
    reproducible::prepare(&mut command, target_dir, compiler, (target, profile));
    command.args(["clean", "--quiet", "--locked", "--target", target.triple, "--profile", profile.name()]);
    for name in crates(project)? {
        command.args(["--package", &name]);
    }
    let output = command.current_dir(project.root()).output().failing(|| "cargo could not be run".to_owned())?;
    if !output.status.success() {
        return Err(Failure::new("what another checkout has built cannot be cleared away")
            .since(String::from_utf8_lossy(&output.stderr))
            .hint(format!("delete {}; it is built again", target_dir.display())));
    }
    // Last, so that whoever is killed before begins anew.
    fs::create_dir_all(target_dir)
        .and_then(|()| fs::write(&owner, own))
        .failing(|| format!("cannot write {}", owner.display()))
}

/// Every crate that a function may be made of: each folder of `functions/` is a package of its name.
fn crates(project: &Project) -> Outcome<Vec<String>> {
    let folder = project.root().join("functions");
    let entries = fs::read_dir(&folder).failing(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}
