use clap::Args;
use serde::Serialize;
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Context, Failure, Outcome};
use crate::output::Form;
use crate::progress::{Task, say};
use crate::project::Project;

/// Measure how fast the tool itself is, in a release build
///
/// Each figure stands beside a floor measured in the same run: the same process with nothing to do.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// How often each command is run
    #[arg(long, value_name = "N", default_value_t = 100)]
    runs: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What rendering a stage may take, as a whole process.
const RENDER_LIMIT_MS: f64 = 30.0;

#[derive(Debug, Serialize)]
struct BenchReport {
    runs: usize,
    /// Starting the process and parsing its arguments.
    floor_ms: f64,
    render_ms: f64,
    render_slowest_ms: f64,
    limit_ms: f64,
    within_limit: bool,
}

impl Bench {
    pub(crate) fn run(&self) -> Outcome {
        let project = Project::find()?;
        say("building xtask in release");
        let build = Command::new("cargo")
            .args(["build", "--release", "--package", "xtask", "--quiet"])
            .current_dir(project.root())
            .stdout(Stdio::null())
            .status();
        if !build.failing(|| "cannot run cargo".to_owned())?.success() {
            return Err(Failure::new("xtask cannot be built").hint("run: cargo build --release --package xtask"));
        }
        let binary = project.target().join("release").join("xtask");
        let out = tempfile::tempdir().failing(|| "cannot make a temporary folder".to_owned())?;
        let out = out.path().display().to_string();
        let task = Task::start("measuring");
        let floor = self.measure(&project, &binary, &["--version"])?;
        let render = self.measure(&project, &binary, &["render", "--stage", "dev", "--out", &out])?;
        drop(task);
        let report = BenchReport {
            runs: self.runs,
            floor_ms: milliseconds(median(&floor)),
            render_ms: milliseconds(median(&render)),
            render_slowest_ms: milliseconds(render.last().copied().unwrap_or_default()),
            limit_ms: RENDER_LIMIT_MS,
            within_limit: milliseconds(median(&render)) < RENDER_LIMIT_MS,
        };
        Form::json_if(self.json).tell(&report)?;
        if report.within_limit { Ok(()) } else { Err(Failure::new("rendering a stage is slower than its limit")) }
    }

    /// The wall time of each run, the shortest first.
    fn measure(&self, project: &Project, binary: &Path, args: &[&str]) -> Outcome<Vec<Duration>> {
        let mut times = Vec::new();
        for _ in 0..self.runs.max(1) {
            let started = Instant::now();
            let status = Command::new(binary).args(args).current_dir(project.root()).stdout(Stdio::null()).status();
            let failing = || format!("{} {} does not run", binary.display(), args.join(" "));
            if !status.failing(failing)?.success() {
                return Err(Failure::new(failing()));
            }
            times.push(started.elapsed());
        }
        times.sort_unstable();
        Ok(times)
    }
}

fn median(sorted: &[Duration]) -> Duration {
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

impl fmt::Display for BenchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "render a stage, whole process: {:.2} ms (slowest of {}: {:.2} ms)",
            self.render_ms, self.runs, self.render_slowest_ms
        )?;
        writeln!(
            f,
            "floor, the process alone:      {:.2} ms, so rendering is {:.1} times the floor",
            self.floor_ms,
            self.render_ms / self.floor_ms
        )?;
        write!(
            f,
            "limit:                         {:.2} ms, {}",
            self.limit_ms,
            if self.within_limit { "kept" } else { "BROKEN" }
        )
    }
}
