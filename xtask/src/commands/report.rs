//! `report`: a stage on one page.

mod checks;
mod history;

use chrono::Utc;
use clap::Args;
use engine::failure::{Failure, Outcome};
use estimate::{How, Line};
use picture::page::{Cost, Page, page};
use picture::read::Reading;
use picture::timeline::Timeline;
use stacks::stage::{Platform, Stage};
use std::path::PathBuf;

use crate::commands::graph::{prefix, write};
use crate::commit;
use crate::judge;
use crate::money;
use crate::output::line;
use crate::progress::{Task, say};
use crate::project::Project;
use crate::session::{Emulator, Session};
use crate::stages;

/// Write everything about a stage to one HTML page: architecture, permissions, alarms, checks, the last deploy
///
/// The page needs no network, no script and no other file. What the account cannot be asked is said in it, and the rest is
/// written all the same.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Where to write the page [default: target/report-NAME.html]
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
    /// Do not ask the account: the page tells nothing of the last deploy, and is the same for the same files
    #[arg(long)]
    offline: bool,
}

impl Report {
    pub(crate) async fn run(&self) -> Outcome {
        let project = Project::find()?;
        // A copy without a file is known to its account alone.
        let stage = if self.offline || stages::has_file(&project, &self.stage) {
            stages::load(&project, &self.stage)?
        } else {
            Session::open(&self.stage, Emulator::MustRun).await?.stage
        };
        // The rules are at work while the account is asked.
        let judging = judge::beside(&project, &stage);
        let world = judge::world(&stage)?;
        let (deploy, asked) = self.asked(&stage, &world).await;
        let judged =
            judging.join().map_err(|_| Failure::new("the check broke off").hint("run: cargo xtask check"))??;
        let prefix = prefix(&stage);
        let reading = Reading::new(&world, &prefix);
        let commit = commit::current(&project);
        let costs = costs(&project, &stage).unwrap_or_else(|failure| {
            say(&format!("warning: the costs are not estimated: {failure}"));
            Vec::new()
        });
        let of = Page {
            stage: stage.name.as_str(),
            account: stage.account.as_str(),
            region: stage.region.as_str(),
            commit: commit.as_deref(),
            asked: &asked,
            reading: &reading,
            costs: &costs,
            checks: &checks::of(&stage, &world, &judged),
            deploy: deploy.as_ref().map_err(String::as_str),
        };
        let text = page(&of, &reading.graph()).map_err(|error| {
            Failure::new("the page cannot be written").because(&error).hint("run: cargo xtask test picture")
        })?;
        let file = self.out.clone().unwrap_or_else(|| project.target().join(format!("report-{}.html", stage.name)));
        write(&file, &text)?;
        line(&file.display().to_string())
    }

    /// What the account tells of the last deploy, and what the page says of having asked.
    async fn asked(&self, stage: &Stage, world: &check::world::World) -> (Result<Timeline, String>, String) {
        if self.offline {
            let why = "the account was not asked (--offline)".to_owned();
            return (Err(why), "Drawn from the files of the commit; the account was not asked.".to_owned());
        }
        let _task = Task::start("asking the account of the last deploy");
        let answer = match Session::open(&self.stage, Emulator::MustRun).await {
            Ok(session) => history::of(&session, world).await,
            Err(failure) => Err(failure),
        };
        match answer {
            Ok(timeline) => {
                let place = if stage.platform == Platform::Emulator { "The emulator" } else { "The account" };
                (Ok(timeline), format!("{place} was asked at {} UTC.", Utc::now().format("%Y-%m-%d %H:%M")))
            }
            Err(failure) => {
                say(&format!("warning: the last deploy is not shown: {failure}"));
                let why = failure.to_string().lines().next().unwrap_or_default().to_owned();
                (Err(why), "Drawn from the files of the commit; the account could not be asked.".to_owned())
            }
        }
    }
}

/// The lines of the estimate; without one, such as for a region that has no prices, the page says so.
fn costs(project: &Project, stage: &Stage) -> Outcome<Vec<Cost>> {
    let stated = money::volumes_of(project, stage)?;
    let estimate = money::bill(stage, &stages::rendered(stage)?, &stated.volumes)?;
    let line = |line: Line| Cost {
        name: format!("{} ({})", line.resource, line.unit),
        pipeline: line.pipeline,
        dollars_a_month: line.monthly,
        is_free_running: line.how == How::Running,
    };
    Ok(estimate.lines.into_iter().map(line).collect())
}
