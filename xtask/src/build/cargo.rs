//! Compiles the functions with cargo-lambda.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::PathBuf;
use std::process::Stdio;

use super::Profile;
use super::output;
use super::reproducible::{self, Compiler};
use super::shared;
use super::target::Target;
use crate::progress::Task;
use crate::project::Project;
use crate::tools::Tool;
use engine::failure::{Context, Outcome};

/// All packages together, for one target.
pub(super) struct Compilation<'a> {
    pub(super) cargo_lambda: &'a Tool,
    pub(super) compiler: &'a Compiler,
    pub(super) packages: &'a [String],
    /// Where cargo keeps what it makes. Not its usual folder: other flags there would make every `cargo build` and every
    /// deploy start from nothing.
    pub(super) target_dir: PathBuf,
    /// Where each program is put, as `{package}/bootstrap`.
    pub(super) binaries: PathBuf,
    pub(super) target: Target,
    pub(super) profile: Profile,
}

impl Compilation<'_> {
    /// Answers with the folder in which cargo lists what the programs were made of.
    pub(super) fn run(&self, project: &Project, lock: &File) -> Outcome<PathBuf> {
        let Self { cargo_lambda, compiler, packages, ref target_dir, ref binaries, target, profile } = *self;
        shared::take_over(project, target_dir, compiler, (target, profile))?;
        let mut command = cargo_lambda.command("cargo-lambda");
        reproducible::prepare(&mut command, target_dir, compiler, (target, profile));
        command.args(["lambda", "build", "--output-format", "binary", "--skip-target-check", "--locked"]);
        command.args(["--target", target.triple, "--profile", profile.name()]);
        command.arg("--lambda-dir").arg(binaries);
        command.args(["--color", if std::io::stderr().is_terminal() { "always" } else { "never" }]);
        for package in packages {
            command.args(["--package", package]);
        }
        let not_run = || "cargo-lambda could not be run".to_owned();
        // As its (empty) input it keeps the lock as long as it runs, even if we are killed meanwhile.
        let lock = lock.try_clone().failing(not_run)?;
        command.current_dir(project.root()).stdin(lock).stdout(Stdio::null()).stderr(Stdio::piped());

        let task = Task::start(&format!("building {} functions for {}", packages.len(), target.name));
        let mut child = command.spawn().failing(not_run)?;
        let mut said = String::new();
        if let Some(stderr) = child.stderr.take() {
            let mut reader = BufReader::new(stderr);
            let mut bytes = Vec::new();
            while reader.read_until(b'\n', &mut bytes).failing(not_run)? > 0 {
                let line = String::from_utf8_lossy(&bytes);
                if output::is_progress(&line) {
                    task.now(&format!("building functions for {}: {}", target.name, output::plain(line.trim())));
                }
                said.push_str(&line);
                bytes.clear();
            }
        }
        let status = child.wait().failing(not_run)?;
        drop(task);
        if status.success() {
            return Ok(target_dir.join(target.triple).join(profile.name()));
        }
        Err(output::explain(&said))
    }
}
