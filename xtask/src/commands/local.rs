use clap::{Args, Subcommand};
use serde::Serialize;
use std::fmt;

use crate::local;
use crate::output::{self, Form};
use crate::project::Project;
use engine::failure::Outcome;

/// Start, stop or look at the emulator that local stages run on
#[derive(Debug, Args)]
pub(crate) struct Local {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Start it, unless it runs
    Start,
    /// Stop it; what is deployed on it stands again after the next start
    Stop,
    /// Say whether it runs, and where
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Stop it and delete everything that it holds
    Erase,
}

impl Local {
    pub(crate) fn run(&self) -> Outcome {
        let project = Project::find()?;
        let said = match self.action {
            Action::Start => format!("the emulator answers at {}", local::ensure_running(&project)?),
            Action::Stop if local::stop(&project)? => "the emulator was stopped".to_owned(),
            Action::Stop => "the emulator was not running".to_owned(),
            Action::Status { json } => return Form::json_if(json).tell(&StatusReport(local::running(&project)?)),
            Action::Erase => {
                local::erase(&project)?;
                "the emulator and all that it held are gone".to_owned()
            }
        };
        output::line(&said)
    }
}

/// Null where it does not run.
#[derive(Debug, Serialize)]
struct StatusReport(Option<local::Running>);

impl fmt::Display for StatusReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(running) => write!(f, "the emulator answers at {}, process {}", running.endpoint, running.pid),
            None => write!(f, "the emulator is not running"),
        }
    }
}
