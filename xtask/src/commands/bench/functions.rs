//! The functions, each beside a handler in Python that does the same and beside what it costs only to read the input.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Part;
use super::report::{Row, Rule, Unit};
use crate::progress::{Task, say};
use crate::project::Project;
use engine::failure::{Context, Failure, Outcome};

/// What is measured, with its handler in Python.
const FUNCTIONS: [(&str, &str); 2] =
    [("consolidate", include_str!("python/consolidate.py")), ("transform", include_str!("python/transform.py"))];

/// The input, as its bucket and its folder have it.
const OBJECT: &str = "bench/input.jsonl";

/// How many times as fast as Python a function should be, which part of the ceiling it should reach, and what it may take.
const TIMES_PYTHON: f64 = 20.0;
const OF_CEILING: f64 = 0.5;
const PEAK_MB: f64 = 256.0;

/// What one process says of its step.
#[derive(Debug, Deserialize)]
struct Step {
    seconds: f64,
    peak_mb: f64,
}

pub(super) fn measure(project: &Project, input_mb: u64, large_mb: u64) -> Outcome<Vec<Row>> {
    let binaries = binaries(project, &FUNCTIONS.map(|(function, _)| function))?;
    let mut rows = Vec::new();
    for (function, python) in FUNCTIONS {
        let binary = binaries.get(function).ok_or_else(|| Failure::new(format!("cargo built no {function}")))?;
        let root = tempfile::tempdir().failing(|| "cannot make a temporary folder".to_owned())?;
        let bench = Bench { function, binary, root: root.path() };
        bench.step("generate", input_mb)?;
        // The best of three: whatever else the machine does only makes it slower.
        let [work, parse] = ["work", "parse"].map(|step| bench.best_of(3, || bench.step(step, input_mb)));
        let (work, parse, slow) = (work?, parse?, bench.best_of(1, || bench.python(python))?);
        bench.step("generate", large_mb)?;
        let large = bench.step("work", large_mb)?;
        let row = |what: &str, value, unit| Row::new(Part::Functions, format!("{function}: {what}"), value, unit);
        let own = pace(input_mb, &work);
        let paced = |what: &str| row(&format!("{input_mb} MB{what}"), own, Unit::MegabytesASecond);
        rows.extend([
            paced("").beside("Python", pace(input_mb, &slow)).aim(Rule::AtLeastTimes(TIMES_PYTHON)),
            paced(" again")
                .beside("reading and parsing alone", pace(input_mb, &parse))
                .aim(Rule::AtLeastTimes(OF_CEILING)),
            row(&format!("{large_mb} MB"), pace(large_mb, &large), Unit::MegabytesASecond),
            row(&format!("memory with {large_mb} MB"), large.peak_mb, Unit::Megabytes).limit(Rule::AtMost(PEAK_MB)),
        ]);
    }
    Ok(rows)
}

struct Bench<'a> {
    function: &'static str,
    binary: &'a Path,
    root: &'a Path,
}

impl Bench<'_> {
    fn best_of(&self, times: usize, step: impl Fn() -> Outcome<Step>) -> Outcome<Step> {
        let _task = Task::start(&format!("measuring: {}", self.function));
        let mut best = step()?;
        for _ in 1..times {
            let next = step()?;
            if next.seconds < best.seconds {
                best = next;
            }
        }
        Ok(best)
    }

    /// A step of the benchmark that stands in the function's own crate.
    fn step(&self, step: &str, megabytes: u64) -> Outcome<Step> {
        let report = self.root.join("report.json");
        let mut command = Command::new(self.binary);
        command.args(["pace::pace", "--exact", "--ignored"]);
        command.env("MILLRACE_PACE_STEP", step).env("MILLRACE_PACE_ROOT", self.root);
        command.env("MILLRACE_PACE_OBJECT", OBJECT).env("MILLRACE_PACE_MB", megabytes.to_string());
        command.env("MILLRACE_PACE_REPORT", &report);
        self.output(&mut command, step)?;
        let text = fs::read(&report).failing(|| format!("{} reports nothing", self.function))?;
        serde_json::from_slice(&text).failing(|| format!("{} reports what is no report", self.function))
    }

    fn python(&self, script: &str) -> Outcome<Step> {
        let arguments: [&OsStr; 4] = [
            "-c".as_ref(),
            script.as_ref(),
            &self.root.join("in").join(OBJECT).into_os_string(),
            &self.root.join("python").into_os_string(),
        ];
        let output = self.output(Command::new("python3").args(arguments), "the handler in Python")?;
        serde_json::from_slice(&output).failing(|| "Python reports what is no report".to_owned())
    }

    fn output(&self, command: &mut Command, what: &str) -> Outcome<Vec<u8>> {
        let output = command.output().failing(|| format!("cannot run {}", command.get_program().display()))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = [output.stdout, output.stderr].concat();
        Err(Failure::new(format!("{}: '{what}' fails", self.function))
            .since(String::from_utf8_lossy(&said))
            .hint("mend that first: a failure has no speed"))
    }
}

/// The benchmarks that the functions' crates have among their tests, by function.
pub(super) fn binaries(project: &Project, functions: &[&str]) -> Outcome<BTreeMap<String, PathBuf>> {
    say(&format!("building in release: {}", functions.join(", ")));
    let mut command = Command::new("cargo");
    command.args(["test", "--release", "--no-run", "--quiet", "--ignore-rust-version", "--message-format", "json"]);
    for function in functions {
        command.args(["--package", function, "--bin", function]);
    }
    let output = command.current_dir(project.root()).output().failing(|| "cannot run cargo".to_owned())?;
    if !output.status.success() {
        return Err(Failure::new("the functions cannot be built")
            .since(String::from_utf8_lossy(&output.stderr))
            .hint("run: cargo test --release --no-run --ignore-rust-version"));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let built = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).filter_map(|message| {
        let name = message["target"]["name"].as_str()?.to_owned();
        let tests = message["profile"]["test"].as_bool()?;
        let binary = message["executable"].as_str()?;
        tests.then(|| (name, PathBuf::from(binary)))
    });
    Ok(built.collect())
}

fn pace(megabytes: u64, step: &Step) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
    let megabytes = megabytes as f64;
    megabytes / step.seconds
}
