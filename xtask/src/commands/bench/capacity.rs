//! What records cost the functions of the stream on this machine, beside what the model of capacity says.
//!
//! Two sizes of records in one run, the best of many batches each: what the machine does besides only makes them slower. A
//! ratio that both functions share is this machine's own; one that differs is the model's fault.

use estimate::pace::{MB_PER_PROCESSOR, Pace};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::process::Command;

use super::functions::binaries;
use crate::progress::{Task, say};
use crate::project::Project;
use engine::failure::{Context, Failure, Outcome};

const FUNCTIONS: [&str; 2] = ["write-to-s3", "send-to-firehose"];

/// How far a rate may be from its model before the model ought to be measured anew.
const GOOD: std::ops::Range<f64> = 0.67..1.5;

#[derive(Debug, Serialize)]
pub(super) struct CapacityReport {
    figures: Vec<Figure>,
}

/// Batches of records of one size.
#[derive(Debug, Serialize)]
struct Figure {
    function: &'static str,
    bytes_per_record: f64,
    /// Records a second on a whole processor, without any call.
    measured: f64,
    modelled: f64,
    /// Measured to modelled.
    ratio: f64,
}

/// What the function's own benchmark writes down.
#[derive(Debug, Deserialize)]
struct Batch {
    records: f64,
    bytes: f64,
    seconds: f64,
}

impl CapacityReport {
    pub(super) fn measure(project: &Project) -> Outcome<Self> {
        say("building the functions in release");
        let binaries = binaries(project, &FUNCTIONS)?;
        let folder = tempfile::tempdir().failing(|| "cannot make a temporary folder".to_owned())?;
        let mut figures = Vec::new();
        for function in FUNCTIONS {
            let _task = Task::start(&format!("measuring: {function}"));
            let binary = binaries.get(function).ok_or_else(|| Failure::new(format!("cargo built no {function}")))?;
            let report = folder.path().join(function);
            let mut command = Command::new(binary);
            command.args(["pace::pace", "--exact", "--ignored"]).env("MILLRACE_PACE_REPORT", &report);
            let output = command.output().failing(|| format!("cannot run {}", binary.display()))?;
            if !output.status.success() {
                return Err(Failure::new(format!("{function}: its benchmark fails"))
                    .since(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()))
                    .hint("mend that first: a failure has no speed"));
            }
            let text = fs::read(&report).failing(|| format!("{function} reports nothing"))?;
            let batches: Vec<Batch> =
                serde_json::from_slice(&text).failing(|| format!("{function} reports what is no report"))?;
            let pace = Pace::of(function).ok_or_else(|| Failure::new(format!("there is no model of {function}")))?;
            figures.extend(batches.iter().map(|batch| Figure::of(function, pace, batch)));
        }
        Ok(Self { figures })
    }
}

impl Figure {
    fn of(function: &'static str, pace: Pace, batch: &Batch) -> Self {
        let Batch { records, bytes, seconds } = batch;
        let (measured, modelled) = (records / seconds, records / pace.processor_seconds(*records, *bytes));
        Self { function, bytes_per_record: bytes / records, measured, modelled, ratio: measured / modelled }
    }
}

impl fmt::Display for CapacityReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "records a second on a whole processor, which Lambda gives with {MB_PER_PROCESSOR} MB:")?;
        for Figure { function, bytes_per_record, measured, modelled, ratio } in &self.figures {
            let verdict = if GOOD.contains(ratio) { "as modelled" } else { "NOT AS MODELLED" };
            write!(f, "  {function:<17} records of {bytes_per_record:>5.0} bytes: {measured:>7.0} measured, ")?;
            writeln!(f, "{modelled:>7.0} modelled, ratio {ratio:.2}, {verdict}")?;
        }
        writeln!(f, "a ratio that all of them share is this machine's; others belong into xtask/estimate/src/pace.rs")
    }
}
