//! What records cost the functions of the stream on a whole processor of this machine, beside what the model of capacity says.
//!
//! Two sizes of records in one run, the best of many batches each: what the machine does besides only makes them slower. A
//! ratio that both functions share is this machine's own; one that differs is the model's fault, and belongs into `xtask/estimate/src/pace.rs`.

use estimate::pace::Pace;
use serde::Deserialize;
use std::fs;
use std::process::Command;

use super::Part;
use super::functions::binaries;
use super::report::{Row, Rule, Unit};
use super::tool::succeed;
use crate::progress::Task;
use crate::project::Project;
use engine::failure::{Context, Failure, Outcome};

const FUNCTIONS: [&str; 2] = ["write-to-s3", "send-to-firehose"];

/// How far a rate may be from its model before the model ought to be measured anew.
const GOOD: (f64, f64) = (0.67, 1.5);

/// What the function's own benchmark writes down.
#[derive(Debug, Deserialize)]
struct Batch {
    records: f64,
    bytes: f64,
    seconds: f64,
}

pub(super) fn measure(project: &Project) -> Outcome<Vec<Row>> {
    let binaries = binaries(project, &FUNCTIONS)?;
    let folder = tempfile::tempdir().failing(|| "cannot make a temporary folder".to_owned())?;
    let mut rows = Vec::new();
    for function in FUNCTIONS {
        let _task = Task::start(&format!("measuring: {function}"));
        let binary = binaries.get(function).ok_or_else(|| Failure::new(format!("cargo built no {function}")))?;
        let report = folder.path().join(function);
        let mut command = Command::new(binary);
        command.args(["pace::pace", "--exact", "--ignored"]).env("MILLRACE_PACE_REPORT", &report);
        succeed(&mut command)?;
        let text = fs::read(&report).failing(|| format!("{function} reports nothing"))?;
        let batches: Vec<Batch> =
            serde_json::from_slice(&text).failing(|| format!("{function} reports what is no report"))?;
        let pace = Pace::of(function).ok_or_else(|| Failure::new(format!("there is no model of {function}")))?;
        for Batch { records, bytes, seconds } in batches {
            let what = format!("{function}: records of {:.0} bytes", bytes / records);
            let row = Row::new(Part::Capacity, what, records / seconds, Unit::RowsASecond);
            let modelled = records / pace.processor_seconds(records, bytes);
            rows.push(row.beside("as modelled", modelled).aim(Rule::Near(GOOD)));
        }
    }
    Ok(rows)
}
