//! What programs and archives weigh.

use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Part;
use super::checkout::Checkout;
use super::report::{Row, Rule, Unit};
use super::tool::{Tool, succeed};
use crate::progress::say;
use crate::project::Project;
use engine::failure::{Context, Failure, Outcome};

/// What Lambda takes of an archive, unpacked.
const UNPACKED_MB: f64 = 250.0;

/// What an archive of ours should not be above: it is what a cold start loads.
const ARCHIVE_MB: f64 = 10.0;

/// Whose functions are built, and what they are given.
pub(super) const LOCAL: &str = "local";
/// A stage that exists in the copy of the checkout only: what ships, for this machine.
const SHIPPED: &str = "bench";

pub(super) struct Built {
    pub(super) function: String,
    pub(super) path: PathBuf,
}

#[derive(Deserialize)]
struct Told {
    archives: Vec<ToldArchive>,
}

#[derive(Deserialize)]
struct ToldArchive {
    function: String,
    path: PathBuf,
}

/// The archives of all functions: as they ship, or as the local stage has them.
pub(super) fn built(project: &Project, quick: bool) -> Outcome<Vec<Built>> {
    let (stage, file) = (if quick { LOCAL } else { SHIPPED }, project.environments().join("local.yaml"));
    let cannot = || "cannot tell the program that runs".to_owned();
    let own = std::env::current_exe().failing(cannot)?;
    let mut command = Command::new(own);
    command.args(["build", "--json", "--stage", stage]);
    if quick {
        command.current_dir(project.root());
    } else {
        say("building the functions as they ship, for this machine: many minutes at the first time");
        let checkout = Checkout::copy(project)?;
        let text = fs::read_to_string(&file).failing(|| format!("cannot read {}", file.display()))?;
        let shipped = shipped(&text);
        let to = checkout.root().join("environments").join(format!("{SHIPPED}.yaml"));
        fs::write(&to, shipped).failing(|| format!("cannot write {}", to.display()))?;
        let target = fs::canonicalize(project.target()).failing(cannot)?;
        command.current_dir(checkout.root()).env("CARGO_TARGET_DIR", target);
    }
    let told: Told = serde_json::from_slice(&succeed(&mut command)?.stdout)
        .failing(|| "'build --json' tells what is no report".to_owned())?;
    let built = told.archives.into_iter().filter(|archive| archive.path.extension().is_some_and(|end| end == "zip"));
    Ok(built.map(|ToldArchive { function, path }| Built { function, path }).collect())
}

/// The local stage, as if it were on AWS: the same pipelines and archives, in the profile that ships.
fn shipped(local: &str) -> String {
    let lines = local.lines().filter(|line| !["keep_data:", "hotswap:"].iter().any(|key| line.starts_with(key)));
    lines
        .map(|line| if line.starts_with("runs_on:") { "runs_on: aws\n".to_owned() } else { format!("{line}\n") })
        .collect()
}

pub(super) fn measure(project: &Project, tool: &Tool, quick: bool) -> Outcome<Vec<Row>> {
    let mut rows = vec![Row::new(Part::Size, "xtask in release", megabytes(&tool.binary)?, Unit::Megabytes)];
    for Built { function, path } in built(project, quick)? {
        let cannot = || format!("cannot read {}", path.display());
        let file = fs::File::open(&path).failing(cannot)?;
        let mut archive = zip::ZipArchive::new(file).failing(cannot)?;
        let mut unpacked = 0;
        for number in 0..archive.len() {
            unpacked += archive.by_index(number).failing(cannot)?.size();
        }
        let row = Row::new(Part::Size, format!("archive of {function}"), megabytes(&path)?, Unit::Megabytes);
        let unpacked = in_megabytes(unpacked);
        if unpacked > UNPACKED_MB {
            return Err(Failure::new(format!("{function} has {unpacked:.0} MB unpacked; Lambda takes {UNPACKED_MB}")));
        }
        let row = row.beside("unpacked", unpacked);
        // What is built quickly is never loaded on AWS.
        rows.push(if quick { row } else { row.limit(Rule::AtMost(ARCHIVE_MB)) });
    }
    Ok(rows)
}

fn megabytes(file: &Path) -> Outcome<f64> {
    let length = fs::metadata(file).failing(|| format!("cannot read {}", file.display()))?.len();
    Ok(in_megabytes(length))
}

#[expect(clippy::cast_precision_loss, reason = "rounded for people")]
fn in_megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages;
    use stacks::stage::{Platform, Stage};

    #[test]
    fn what_ships_is_the_local_stage_on_aws() {
        let project = Project::find().unwrap();
        let local = fs::read_to_string(project.environments().join("local.yaml")).unwrap();
        let name = stages::named(SHIPPED).unwrap();
        let stage = Stage::parse(name, "bench.yaml", &shipped(&local), stages::host().unwrap()).unwrap();
        assert!(matches!(stage.platform, Platform::Aws));
        assert_eq!(stage.architecture.name(), stages::host().unwrap().name());
    }
}
