//! A stage at work: its definition, its rendered stacks, and the AWS that it lives in.

use stacks::render::Rendered;
use stacks::stage::{Platform, Stage};
use std::time::Duration;

use crate::cloud::{Aws, Cloud, Fault};
use crate::failure::{Failure, Outcome};
use crate::local;
use crate::project::Project;
use crate::refusal::CHECK_THE_NETWORK;
use crate::stages;

/// Everything that a command which talks to AWS starts from.
pub(crate) struct Session<C> {
    pub(crate) project: Project,
    pub(crate) stage: Stage,
    /// Where the emulator answers; `None` on real AWS.
    pub(crate) endpoint: Option<String>,
    pub(crate) cloud: C,
}

/// Whether a command starts the emulator, or takes it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emulator {
    Start,
    MustRun,
}

impl Session<Aws> {
    /// Reads the stage file and connects, after having made sure that the credentials are of the stage's account.
    pub(crate) async fn open(name: &str, emulator: Emulator) -> Outcome<Self> {
        let project = Project::find()?;
        let stage = stages::load(&project, name)?;
        let region = stage.region.as_str();
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
        let session = Self { project, stage, endpoint, cloud };
        session.check_account().await?;
        Ok(session)
    }
}

impl<C: Cloud> Session<C> {
    /// A deploy to the wrong account is not undone by an error message afterwards.
    async fn check_account(&self) -> Outcome {
        let (name, account) = (&self.stage.name, &self.stage.account);
        let caller = self.cloud.caller().await.map_err(|error| match error.fault {
            Fault::NoCredentials => Failure::new(format!("stage {name}: no AWS credentials"))
                .because(&error)
                .hint(format!("sign in to account {account}, for example with 'aws sso login', and set AWS_PROFILE")),
            Fault::Expired => Failure::new(format!("stage {name}: the AWS credentials have expired"))
                .because(&error)
                .hint("sign in again and repeat the command"),
            Fault::Unreachable => {
                Failure::new(format!("stage {name}: AWS does not answer")).because(&error).hint(CHECK_THE_NETWORK)
            }
            _ => Failure::new(format!("stage {name}: cannot tell whose credentials these are")).because(&error),
        })?;
        if caller.account == account.as_str() {
            return Ok(());
        }
        Err(Failure::invalid(format!(
            "stage {name} lives in account {account}, but the credentials are of account {}",
            caller.account
        ))
        .since(format!("the caller is {}", caller.arn))
        .hint(format!("use credentials of account {account}, or correct 'account' in environments/{name}.yaml")))
    }

    /// The stage's stacks, written out.
    pub(crate) fn rendered(&self) -> Outcome<Vec<Rendered>> {
        stages::rendered(&self.stage)
    }

    /// How long to wait before asking again how an operation is going.
    pub(crate) fn pace(&self) -> Duration {
        match self.stage.platform {
            Platform::Aws => Duration::from_millis(1500),
            Platform::Emulator => Duration::from_millis(100),
        }
    }
}

fn not_running(stage: &str) -> Failure {
    Failure::new(format!("stage {stage} runs on the local emulator, which is not running"))
        .hint(format!("start it and bring the stage up: cargo xtask deploy --stage {stage}"))
}
