use clap::Args;
use serde::Serialize;
use stacks::names;
use stacks::stack::StackKind;
use stacks::stage::{Platform, Stage};
use std::fmt;
use std::io::{self, IsTerminal};

use crate::apply;
use crate::cloud::{Cloud, StackState};
use crate::failure::{Context, Exit, Failure, Outcome};
use crate::output::Form;
use crate::progress::{Task, say};
use crate::session::{Emulator, Session};
use crate::stateful;

/// Delete a stage's stacks, last to first
///
/// Data (buckets, streams, queues) is kept unless the stage file says `keep_data: false`.
#[derive(Debug, Args)]
pub(crate) struct Destroy {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct DestroyReport {
    stage: String,
    endpoint: Option<String>,
    stacks: Vec<StackReport>,
    /// What was kept, by type and name.
    kept: Vec<String>,
    objects_deleted: usize,
}

#[derive(Debug, Serialize)]
struct StackReport {
    name: String,
    deleted: bool,
}

impl Destroy {
    pub(crate) async fn run(&self) -> Outcome {
        let session = Session::open(&self.stage, Emulator::Start).await?;
        let mut standing = Vec::new();
        for kind in StackKind::ALL.into_iter().rev() {
            let name = names::stack(&session.stage, kind);
            let state = session.cloud.stack(&name).await.failing(|| format!("cannot look at stack {name}"))?;
            standing.push((name, state));
        }
        if standing.iter().any(|(_, state)| state.is_some()) {
            self.approve(&session.stage)?;
        }
        let mut report = DestroyReport {
            stage: self.stage.clone(),
            endpoint: session.endpoint.clone(),
            stacks: Vec::new(),
            kept: Vec::new(),
            objects_deleted: 0,
        };
        for (name, state) in standing {
            if let Some(state) = &state {
                delete(&session, state, &mut report).await?;
            }
            report.stacks.push(StackReport { name, deleted: state.is_some() });
        }
        Form::json_if(self.json).tell(&report)
    }

    fn approve(&self, stage: &Stage) -> Outcome {
        if self.yes || stage.platform == Platform::Emulator {
            return Ok(());
        }
        let name = stage.name.as_str();
        let undecided = |why: &str| {
            Failure::new(format!("stage {name} was left as it is: {why}"))
                .hint(format!("to go ahead: cargo xtask destroy --stage {name} --yes"))
                .exit(Exit::Decision)
        };
        if !io::stdin().is_terminal() {
            return Err(undecided("deleting it needs a yes, and there is no terminal to ask on"));
        }
        let data = if stage.keep_data { "Its data is kept." } else { "ITS DATA IS DELETED TOO." };
        say(&format!("Delete stage {name} in account {}? {data} Type the stage's name:", stage.account));
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).failing(|| "cannot read the answer".to_owned())?;
        if answer.trim() == name { Ok(()) } else { Err(undecided("the name was not typed")) }
    }
}

async fn delete<C: Cloud>(session: &Session<C>, stack: &StackState, report: &mut DestroyReport) -> Outcome {
    let resources = session.cloud.resources(&stack.name).await;
    let resources = resources.failing(|| format!("cannot list the resources of stack {}", stack.name))?;
    for resource in resources.iter().filter(|resource| stateful::holds_data(&resource.kind)) {
        if session.stage.keep_data {
            report.kept.push(format!("{} {}", resource.kind, resource.physical_id));
        } else if resource.kind == "AWS::S3::Bucket" {
            report.objects_deleted += empty(&session.cloud, &resource.physical_id).await?;
        }
    }
    let task = Task::start(&format!("deleting {}", stack.name));
    apply::delete(session, stack, &task).await
}

/// Deletes every version of every object, also those that arrive meanwhile, as long as each round finds some.
async fn empty<C: Cloud>(cloud: &C, bucket: &str) -> Outcome<usize> {
    let task = Task::start(&format!("emptying {bucket}"));
    let mut deleted = 0;
    loop {
        let versions = cloud.object_versions(bucket).await.failing(|| format!("cannot list bucket {bucket}"))?;
        if versions.is_empty() {
            return Ok(deleted);
        }
        cloud.delete_objects(bucket, &versions).await.failing(|| format!("cannot empty bucket {bucket}"))?;
        deleted += versions.len();
        task.now(&format!("emptying {bucket}: {deleted} object versions deleted"));
    }
}

impl fmt::Display for DestroyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stack in &self.stacks {
            writeln!(f, "{:<32} {}", stack.name, if stack.deleted { "deleted" } else { "was not there" })?;
        }
        if self.objects_deleted > 0 {
            writeln!(f, "{} object versions deleted", self.objects_deleted)?;
        }
        for kept in &self.kept {
            writeln!(f, "kept: {kept}")?;
        }
        if self.endpoint.is_some() {
            writeln!(f, "the emulator goes on; to stop it: cargo xtask local stop")?;
        }
        Ok(())
    }
}
