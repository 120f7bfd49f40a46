//! Tools that are crates: built once by cargo, in the versions and from the checksums of their own lock files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::install::{remove, run, wait_for};
use crate::progress::Task;
use engine::failure::{Context, Failure, Outcome};

pub(super) struct Crate {
    name: &'static str,
    version: &'static str,
    options: &'static [&'static str],
}

/// Without what it could fetch an index with: cargo does that.
pub(super) const CARGO_DENY: Crate =
    Crate { name: "cargo-deny", version: "0.20.2", options: &["--no-default-features"] };

pub(super) const CARGO_AUDIT: Crate = Crate { name: "cargo-audit", version: "0.22.2", options: &[] };

/// The program, built if it was not.
pub(super) fn ready(tools: &Path, wanted: &Crate) -> Outcome<PathBuf> {
    let Crate { name, version, options } = wanted;
    let folder = tools.join(format!("{name}-{version}"));
    // Put there by cargo in one step, when it is whole.
    let program = folder.join("bin").join(name);
    if program.is_file() {
        return Ok(program);
    }
    let tool = format!("{name} {version}");
    let cannot_write = || format!("{tool} could not be built in {}", tools.display());
    fs::create_dir_all(tools).failing(cannot_write)?;
    let lock = File::create(tools.join(format!("{name}-{version}.lock"))).failing(cannot_write)?;
    wait_for(&lock, &tool).failing(cannot_write)?;
    if program.is_file() {
        return Ok(program);
    }
    let task =
        Task::start(&format!("building {tool}: needed once, some minutes, from then on shared by all checkouts"));
    // Unoptimised: it waits for the disk and the network, and builds in a third of the time.
    let mut cargo = Command::new("cargo");
    cargo.args(["install", "--locked", "--debug", "--quiet", "--root"]).arg(&folder).args(*options);
    cargo.arg(format!("{name}@{version}")).env("CARGO_TARGET_DIR", folder.join("build")).current_dir(tools);
    let built = run(&mut cargo, &lock, |line| task.now(line.trim()));
    drop(task);
    remove(&folder.join("build")).failing(cannot_write)?;
    let (fine, output) = built.failing(|| "cargo could not be run".to_owned())?;
    if fine {
        return Ok(program);
    }
    Err(Failure::new(cannot_write()).since(output).hint("connect to the network once, and run the command again"))
}
