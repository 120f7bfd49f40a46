use clap::Args;
use engine::failure::{Failure, Outcome};
use estimate::report::Report;
use std::path::PathBuf;

use crate::output::Form;
use crate::project::Project;
use crate::{money, stages};

/// Estimate what a stage costs a month, by pipeline, resource and service
///
/// Needs no account and no network: prices are those of a dated table in the project, volumes are stated in a file. What is
/// paid for whatever happens comes first.
#[derive(Debug, Args)]
pub(crate) struct Cost {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// What goes through its pipelines [default: environments/volumes/NAME.yaml, or default.yaml there]
    #[arg(long, value_name = "FILE")]
    volume: Option<PathBuf>,
    /// Instead of a month, so many hours, such as a copy has
    #[arg(long, value_name = "N")]
    hours: Option<f64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Cost {
    pub(crate) fn run(&self) -> Outcome {
        if let Some(hours) = self.hours.filter(|hours| !hours.is_finite() || *hours <= 0.0) {
            return Err(Failure::invalid(format!("{hours} is no number of hours")).hint("write one above 0"));
        }
        let project = Project::find()?;
        let stage = stages::load(&project, &self.stage)?;
        let stated = match &self.volume {
            Some(file) => money::volumes(&project, &self.stage, Some(file))?,
            None => money::volumes_of(&project, &stage)?,
        };
        let estimate = money::bill(&stage, &stages::rendered(&stage)?, &stated.volumes)?;
        Form::json_if(self.json).tell(&Report::of(&self.stage, &stated.file, self.hours, estimate))
    }
}
