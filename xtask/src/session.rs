//! A stage at work: its definition, its rendered stacks, and the AWS that it lives in.

use chrono::{NaiveDate, Utc};
use engine::failure::{Failure, Outcome};
use engine::preflight;
use stacks::render::Rendered;
use stacks::stack::{InboxPlace, inboxes};
use stacks::stage::{Orders, Platform, Stage};

use crate::cloud::Aws;
use crate::copies::{self, Somewhere};
use crate::local;
use crate::project::Project;
use crate::stages;

/// Everything that a command which talks to AWS starts from.
pub(crate) struct Session {
    pub(crate) project: Project,
    pub(crate) stage: Stage,
    /// Where the emulator answers; `None` on real AWS.
    pub(crate) endpoint: Option<String>,
    pub(crate) cloud: Aws,
}

/// Whether a command starts the emulator, or takes it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emulator {
    Start,
    MustRun,
}

impl Session {
    /// Reads the stage file and connects, after having made sure that the credentials are of the stage's account. A copy
    /// without a file is known by its stacks.
    pub(crate) async fn open(name: &str, emulator: Emulator) -> Outcome<Self> {
        let project = Project::find()?;
        if !stages::has_file(&project, name)
            && let Some((stage, Somewhere { cloud, endpoint, .. })) = Box::pin(copies::recall(&project, name)).await?
        {
            return Ok(Self { project, stage, endpoint, cloud });
        }
        let stage = stages::load(&project, name)?;
        Self::of(project, stage, emulator).await
    }

    /// Connects to where a stage lives.
    pub(crate) async fn of(project: Project, stage: Stage, emulator: Emulator) -> Outcome<Self> {
        let (name, region) = (stage.name.as_str(), stage.region.as_str());
        let (endpoint, cloud) = match stage.platform {
            Platform::Aws => (None, Aws::connect(region).await),
            Platform::Emulator => {
                let endpoint = match emulator {
                    Emulator::Start => local::ensure_running(&project)?,
                    Emulator::MustRun => local::running(&project)?.ok_or_else(|| not_running(name))?.endpoint,
                };
                let cloud = Aws::emulated(region, &endpoint, stage.account.as_str()).await;
                (Some(endpoint), cloud)
            }
        };
        preflight::account(&cloud, name, stage.account.as_str()).await?;
        Ok(Self { project, stage, endpoint, cloud })
    }

    /// The stage's stacks, written out.
    pub(crate) fn rendered(&self) -> Outcome<Vec<Rendered>> {
        stages::rendered(&self.stage)
    }

    /// The inbox that a pipeline is fed through, which bears its name.
    pub(crate) fn inbox(&self, pipeline: &str) -> Outcome<InboxPlace> {
        let inbox = inboxes(&self.stage).into_iter().find(|inbox| inbox.name == pipeline);
        inbox.ok_or_else(|| self.lacks(pipeline))
    }

    /// The settings of the orders pipeline, and the date that a run has: the given one, or today's in its time zone.
    pub(crate) fn orders(&self, today: Option<NaiveDate>) -> Outcome<(&Orders, NaiveDate)> {
        let settings = self.stage.pipelines.orders.as_ref().ok_or_else(|| self.lacks("orders"))?;
        let zone = settings.schedule.time_zone.0;
        Ok((settings, today.unwrap_or_else(|| Utc::now().with_timezone(&zone).date_naive())))
    }

    /// What is said where a pipeline is asked for that the stage does not have.
    pub(crate) fn lacks(&self, pipeline: &str) -> Failure {
        let name = &self.stage.name;
        Failure::invalid(format!("stage {name} has no pipeline {pipeline}"))
            .hint(format!("add '{pipeline}: {{}}' below 'pipelines:' in environments/{name}.yaml"))
    }
}

fn not_running(stage: &str) -> Failure {
    Failure::new(format!("stage {stage} runs on the local emulator, which is not running"))
        .hint(format!("start it and bring the stage up: cargo xtask deploy --stage {stage}"))
}
