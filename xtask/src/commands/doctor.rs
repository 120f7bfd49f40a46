mod examine;

use clap::Args;
use engine::failure::{Failure, Outcome};
use serde::Serialize;
use std::fmt;

use crate::output::Form;
use crate::project::Project;
use crate::session::{Emulator, Session};
use examine::{Finding, State};

/// What this machine has of what the project needs, and how to get the rest
///
/// Changes nothing, and needs neither an account nor the network.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Also whether this stage's account can be reached with the credentials that are there
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Diagnosis {
    findings: Vec<Finding>,
}

impl Doctor {
    pub(crate) async fn run(&self) -> Outcome {
        let project = Project::find()?;
        let mut findings = examine::machine(&project);
        if let Some(stage) = &self.stage {
            let reached = Session::open(stage, Emulator::MustRun).await;
            findings.push(Finding::of(
                &format!("stage {stage}"),
                "its account",
                reached.map(|session| {
                    let place = session.endpoint.unwrap_or_else(|| format!("account {}", session.stage.account));
                    format!("answers: {place}")
                }),
            ));
        }
        let diagnosis = Diagnosis { findings };
        Form::json_if(self.json).tell(&diagnosis)?;
        match diagnosis.findings.iter().filter(|finding| finding.state == State::Missing).count() {
            0 => Ok(()),
            1 => Err(Failure::new("one thing is missing").hint("do what stands behind it, and ask again")),
            many => {
                Err(Failure::new(format!("{many} things are missing"))
                    .hint("do what stands behind them, and ask again"))
            }
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.findings.iter().map(|finding| finding.thing.len()).max().unwrap_or_default();
        for Finding { thing, state, found, needed_for, get } in &self.findings {
            let mark = match state {
                State::There => "ok",
                State::Later => "later",
                State::Wanting => "without",
                State::Missing => "MISSING",
            };
            writeln!(f, "{mark:<8} {thing:<width$}  {found}")?;
            if let Some(get) = get {
                writeln!(f, "{:<8} {:<width$}  needed for {needed_for}: {get}", "", "")?;
            }
        }
        Ok(())
    }
}
