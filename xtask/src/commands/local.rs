use clap::{Args, Subcommand};

use crate::failure::Outcome;
use crate::local;
use crate::output;
use crate::project::Project;

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
    Status,
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
            Action::Status => match local::running(&project)? {
                Some(endpoint) => format!("the emulator answers at {endpoint}"),
                None => "the emulator is not running".to_owned(),
            },
            Action::Erase => {
                local::erase(&project)?;
                "the emulator and all that it held are gone".to_owned()
            }
        };
        output::line(&said)
    }
}
