use clap::Args;
use serde::Serialize;
use stacks::names;
use stacks::stack::StackKind;
use std::collections::BTreeMap;
use std::fmt;

use crate::cloud::Cloud;
use crate::failure::{Context, Outcome};
use crate::output::Form;
use crate::session::{Emulator, Session};

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

#[derive(Debug, Serialize)]
struct StackReport {
    name: String,
    status: &'static str,
    resources: usize,
    outputs: BTreeMap<String, String>,
}

impl Status {
    pub(crate) async fn run(&self) -> Outcome {
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let mut stacks = Vec::new();
        for kind in StackKind::ALL {
            let name = names::stack(&session.stage, kind);
            let failing = || format!("cannot look at stack {name}");
            let state = session.cloud.stack(&name).await.failing(failing)?;
            stacks.push(match state {
                None => StackReport { name, status: "ABSENT", resources: 0, outputs: BTreeMap::new() },
                Some(state) => {
                    let resources = session.cloud.resources(&name).await.failing(failing)?.len();
                    StackReport { name, status: state.status.name(), resources, outputs: state.outputs }
                }
            });
        }
        let report = StatusReport { stage: self.stage.clone(), endpoint: session.endpoint, stacks };
        Form::json_if(self.json).tell(&report)
    }
}

impl fmt::Display for StatusReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(endpoint) = &self.endpoint {
            writeln!(f, "stage {} on the emulator at {endpoint}", self.stage)?;
        }
        for stack in &self.stacks {
            writeln!(f, "{:<32} {:<20} {} resources", stack.name, stack.status, stack.resources)?;
            for (key, value) in &stack.outputs {
                writeln!(f, "  {key:<16} {value}")?;
            }
        }
        Ok(())
    }
}
