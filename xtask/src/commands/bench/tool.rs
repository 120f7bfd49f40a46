//! The tool itself, as it ships: built once, and run as a whole process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::processor;
use crate::progress::{Task, say};
use crate::project::Project;
use engine::failure::{Context, Failure, Outcome};

const FIRST: &str = "mend that first: a failure has no speed";

pub(super) struct Tool {
    pub(super) binary: PathBuf,
}

/// What runs of one command took.
pub(super) struct Timed {
    pub(super) median_ms: f64,
    pub(super) cpu_ms: f64,
}

impl Tool {
    /// Built at the first time.
    pub(super) fn of<'a>(tool: &'a mut Option<Self>, project: &Project) -> Outcome<&'a Self> {
        match tool {
            Some(tool) => Ok(tool),
            none => Ok(none.insert(Self::build(project)?)),
        }
    }

    fn build(project: &Project) -> Outcome<Self> {
        let binary = project.target().join("release").join("xtask");
        say("building xtask in release");
        let build = Command::new("cargo")
            .args(["build", "--release", "--package", "xtask", "--quiet", "--ignore-rust-version"])
            .current_dir(project.root())
            .stdout(Stdio::null())
            .status();
        if !build.failing(|| "cannot run cargo".to_owned())?.success() {
            return Err(Failure::new("xtask cannot be built")
                .hint("run: cargo build --release --package xtask --ignore-rust-version"));
        }
        Ok(Self { binary })
    }

    pub(super) fn command(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(args).current_dir(folder).stdin(Stdio::null());
        command
    }
}

/// Runs it, and answers with what it said.
pub(super) fn succeed(command: &mut Command) -> Outcome<Output> {
    let program = command.get_program().display().to_string();
    let output = command.output().failing(|| format!("{program} does not run"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(failed(command, &output.stderr))
}

fn failed(command: &Command, said: &[u8]) -> Failure {
    let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    Failure::new(format!("'{program} {}' fails", args.join(" "))).since(String::from_utf8_lossy(said)).hint(FIRST)
}

/// Runs it so many times: the median of the wall times, and what one run takes of the processors.
pub(super) fn timed(runs: u32, what: &str, mut command: impl FnMut() -> Outcome<Command>) -> Outcome<Timed> {
    let task = Task::of(&format!("measuring: {what}"), runs.into());
    let (mut walls, mut cpu) = (Vec::new(), Duration::ZERO);
    for _ in 0..runs.max(1) {
        let mut command = command()?;
        let (before, started) = (processor::of_children(), Instant::now());
        succeed(&mut command)?;
        walls.push(started.elapsed());
        cpu += processor::of_children().saturating_sub(before);
        task.advance(1);
    }
    Ok(Timed { median_ms: median(walls), cpu_ms: milliseconds(cpu) / f64::from(runs.max(1)) })
}

pub(super) fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    milliseconds(times.get(times.len() / 2).copied().unwrap_or_default())
}

pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The most memory that a process had, in megabytes: looked at while it runs, since the kernel forgets it at its end.
pub(super) fn peak_mb(command: &mut Command) -> Outcome<f64> {
    let program = command.get_program().display().to_string();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.as_mut().map_err(|error| Failure::new(format!("{program} does not run")).because(error))?;
    let mut peak = 0.0;
    loop {
        // Gone once the process has ended, so that the last look counts.
        peak = memory_of(child.id()).unwrap_or(peak);
        if let Some(ended) = child.try_wait().failing(|| format!("cannot wait for {program}"))? {
            return if ended.success() { Ok(peak) } else { Err(failed(command, b"")) };
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// The most that a process that lives has had so far.
pub(super) fn memory_of(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim_end_matches("kB").trim().parse().ok().map(|kb: f64| kb / 1_024.0)
}
