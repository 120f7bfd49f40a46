mod capacity;
mod functions;
mod many;

use clap::Args;
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::output::Form;
use crate::progress::{Task, say};
use crate::project::Project;
use capacity::CapacityReport;
use engine::failure::{Context, Failure, Outcome};
use functions::FunctionsReport;
use many::ManyStages;

/// Measure how fast the tool itself is, or the functions, in a release build
///
/// Each figure of the tool stands beside a floor measured in the same run: the same process with nothing to do. Those of
/// the functions stand beside Python and beside the mere reading of their input.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// How often each command is run
    #[arg(long, value_name = "N", default_value_t = 100)]
    runs: usize,
    /// Measure the functions, and not the tool
    #[arg(long)]
    functions: bool,
    /// Set what records cost the stream's functions on this machine beside what the model of capacity says
    #[arg(long, conflicts_with = "functions")]
    capacity: bool,
    /// Megabytes of input that the functions and Python are measured with
    #[arg(long, value_name = "N", default_value_t = 200, requires = "functions")]
    input_mb: u64,
    /// Megabytes of the object with which the functions' memory is measured
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "functions")]
    large_mb: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A command's wall time as a whole process, beside a floor: another command in the same run.
#[derive(Debug, Serialize)]
struct Figure {
    what: &'static str,
    median_ms: f64,
    slowest_ms: f64,
    floor: &'static str,
    floor_ms: f64,
    /// What the median may be above the floor.
    limit_ms: f64,
}

#[derive(Debug, Serialize)]
struct BenchReport {
    runs: usize,
    figures: Vec<Figure>,
    many_stages: ManyStages,
}

impl Bench {
    pub(crate) fn run(&self) -> Outcome {
        let project = Project::find()?;
        if self.functions {
            return self.functions(&project);
        }
        if self.capacity {
            return Form::json_if(self.json).tell(&CapacityReport::measure(&project)?);
        }
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
        let state = tempfile::tempdir().failing(|| "cannot make a temporary folder".to_owned())?;
        let bench = Measure { binary: project.target().join("release").join("xtask"), project, state: state.path() };
        let out = state.path().join("rendered").display().to_string();

        let few = self.runs.div_ceil(10);
        let started = bench.times(self.runs, &["--version"])?;
        let rendered = bench.times(self.runs, &["render", "--stage", "dev", "--out", &out])?;
        let checked_all = bench.times(few, &["check"])?;
        // The first deploy brings the stage up; the ones after it find nothing to do.
        bench.times(1, &["deploy", "--stage", "local"])?;
        let checked = bench.times(few, &["build", "--stage", "local"])?;
        let deployed = bench.times(few, &["deploy", "--stage", "local"])?;
        bench.times(1, &["local", "erase"])?;

        let report = BenchReport {
            runs: self.runs,
            figures: vec![
                Figure::of("render a stage", &rendered, "starting the process", &started, 30.0),
                Figure::of("check all stages", &checked_all, "starting the process", &started, 600.0),
                Figure::of("deploy with nothing to do", &deployed, "the build check", &checked, 1000.0),
            ],
            many_stages: ManyStages::measure(&bench.binary, &bench.project.environments().join("staging.yaml"))?,
        };
        Form::json_if(self.json).tell(&report)?;
        let again = "measure again on a machine at rest; if it stays, look at what was added to that path";
        match report.figures.iter().find(|figure| !figure.keeps_its_limit()) {
            Some(figure) => Err(Failure::new(format!("'{}' takes longer than its limit", figure.what)).hint(again)),
            None if report.many_stages.keeps_its_limit() => Ok(()),
            None => Err(Failure::new("each more stage takes more memory than its limit").hint(again)),
        }
    }
}

impl Bench {
    fn functions(&self, project: &Project) -> Outcome {
        let report = FunctionsReport::measure(project, self.input_mb, self.large_mb)?;
        Form::json_if(self.json).tell(&report)?;
        if report.keeps_its_limit() {
            return Ok(());
        }
        Err(Failure::new("a function takes more memory than its limit")
            .hint("look at what was added that grows with its input"))
    }
}

struct Measure<'a> {
    binary: PathBuf,
    project: Project,
    state: &'a Path,
}

impl Measure<'_> {
    /// The wall time of each run, the shortest first.
    fn times(&self, runs: usize, args: &[&str]) -> Outcome<Vec<Duration>> {
        let _task = Task::start(&format!("measuring: {}", args.join(" ")));
        let mut times = Vec::new();
        for _ in 0..runs.max(1) {
            let mut command = Command::new(&self.binary);
            command.args(args).current_dir(self.project.root()).env("MILLRACE_STATE", self.state);
            let started = Instant::now();
            let output = command.output().failing(|| format!("{} does not run", self.binary.display()))?;
            times.push(started.elapsed());
            if !output.status.success() {
                return Err(Failure::new(format!("'{}' fails", args.join(" ")))
                    .since(String::from_utf8_lossy(&output.stderr))
                    .hint("mend that first: a failure has no speed"));
            }
        }
        times.sort_unstable();
        Ok(times)
    }
}

impl Figure {
    /// From times in ascending order.
    fn of(
        what: &'static str,
        times: &[Duration],
        floor: &'static str,
        floor_times: &[Duration],
        limit_ms: f64,
    ) -> Self {
        let slowest_ms = milliseconds(times.last().copied().unwrap_or_default());
        Self { what, median_ms: median(times), slowest_ms, floor, floor_ms: median(floor_times), limit_ms }
    }

    fn keeps_its_limit(&self) -> bool {
        self.median_ms - self.floor_ms < self.limit_ms
    }
}

fn median(sorted: &[Duration]) -> f64 {
    milliseconds(sorted.get(sorted.len() / 2).copied().unwrap_or_default())
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

impl fmt::Display for BenchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for figure in &self.figures {
            let Figure { what, median_ms, slowest_ms, floor, floor_ms, limit_ms } = figure;
            writeln!(f, "{what}: {median_ms:.1} ms (slowest {slowest_ms:.1} ms)")?;
            let (times, kept) = (median_ms / floor_ms, if figure.keeps_its_limit() { "kept" } else { "BROKEN" });
            writeln!(f, "  {floor}: {floor_ms:.1} ms, so it is {times:.1} times its floor")?;
            writeln!(f, "  limit above the floor: {limit_ms:.0} ms, {kept}")?;
        }
        self.many_stages.fmt(f)
    }
}
