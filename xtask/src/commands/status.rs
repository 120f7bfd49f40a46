use clap::Args;
use engine::cloud::Resource;
use engine::engine::Engine;
use engine::failure::Outcome;
use engine::status::{StackStanding, status};
use engine::target::Wishes;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

use crate::board::Board;
use crate::knowledge::Knowledge;
use crate::output::Form;
use crate::session::{Emulator, Session};
use crate::target;

/// Show how a stage's stacks stand, and their outputs
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct StatusReport {
    stage: String,
    endpoint: Option<String>,
    stacks: Vec<StackReport>,
}

#[derive(Debug, Default, Serialize)]
struct StackReport {
    name: String,
    status: &'static str,
    resources: usize,
    outputs: BTreeMap<String, String>,
    /// Why the stack stands like this, where AWS says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Resources that are not well, with what AWS says of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unwell: Vec<String>,
}

impl Status {
    pub(crate) async fn run(&self) -> Outcome {
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let (target, wishes, board) = (target::without_stacks(&session.stage), Wishes::default(), Board::new());
        let engine = Engine::new(&session.cloud, &target, &wishes, &Knowledge, &board);
        let stacks = status(&engine).await?.into_iter().map(StackReport::of).collect();
        let report = StatusReport { stage: self.stage.clone(), endpoint: session.endpoint, stacks };
        Form::json_if(self.json).tell(&report)
    }
}

impl StackReport {
    fn of(standing: StackStanding) -> Self {
        let StackStanding { name, state, resources } = standing;
        let Some(state) = state else { return Self { name, status: "ABSENT", ..Self::default() } };
        let well = |resource: &&Resource| !resource.status.ends_with("_COMPLETE");
        Self {
            name,
            status: state.status.name(),
            resources: resources.len(),
            outputs: state.outputs,
            reason: state.reason,
            unwell: resources.iter().filter(well).map(told).collect(),
        }
    }
}

fn told(resource: &Resource) -> String {
    let reason = resource.reason.as_deref().unwrap_or_default();
    format!("{} ({}) is {} {reason}", resource.logical_id, resource.kind, resource.status).trim_end().to_owned()
}

impl fmt::Display for StatusReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(endpoint) = &self.endpoint {
            writeln!(f, "stage {} on the emulator at {endpoint}", self.stage)?;
        }
        for stack in &self.stacks {
            writeln!(f, "{:<32} {:<20} {} resources", stack.name, stack.status, stack.resources)?;
            if let Some(reason) = &stack.reason {
                writeln!(f, "  {reason}")?;
            }
            for resource in &stack.unwell {
                writeln!(f, "  {resource}")?;
            }
            for (key, value) in &stack.outputs {
                writeln!(f, "  {key:<16} {value}")?;
            }
        }
        Ok(())
    }
}
