use clap::Args;
use serde::Serialize;
use stacks::names;
use stacks::stack::StackKind;
use stacks::stage::Stage;
use std::fmt;

use crate::apply;
use crate::cloud::{Cloud, Resource, StackState, Standing};
use crate::consent;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::Form;
use crate::progress::Task;
use crate::refusal::Asked;
use crate::session::{Emulator, Session};
use crate::stateful;
use crate::template::Template;

/// Delete a stage's stacks, last to first
///
/// Data (buckets, streams, queues) is kept unless the stage was deployed with `keep_data: false`.
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
        let mut report = DestroyReport {
            stage: self.stage.clone(),
            endpoint: session.endpoint.clone(),
            stacks: Vec::new(),
            kept: Vec::new(),
            objects_deleted: 0,
        };
        // All of it is looked at before any of it is touched.
        let mut doomed = Vec::new();
        for kind in StackKind::ALL.into_iter().rev() {
            let name = names::stack(&session.stage, kind);
            let state = session.cloud.stack(&name).await.asked(|| format!("cannot look at stack {name}"))?;
            report.stacks.push(StackReport { name, deleted: state.is_some() });
            if let Some(state) = state {
                doomed.push(Doomed::look(&session, state).await?);
            }
        }
        if doomed.is_empty() {
            return Form::json_if(self.json).tell(&report);
        }
        let Stage { name, account, .. } = &session.stage;
        let lost: Vec<_> = doomed.iter().flat_map(|stack| &stack.lost).map(described).collect();
        let data = if lost.is_empty() {
            "Its data is kept.".to_owned()
        } else {
            format!("DELETED WITH IT: {}.", lost.join(", "))
        };
        let question = format!("Delete stage {name} in account {account}? {data} Type the stage's name:");
        consent::ask(&session.stage, self.yes, &question, &[name.as_str()], "destroy")?;
        for stack in doomed {
            for bucket in stack.lost.iter().filter(|resource| resource.kind == "AWS::S3::Bucket") {
                report.objects_deleted += empty(&session.cloud, &bucket.physical_id).await?;
            }
            let task = Task::start(&format!("deleting {}", stack.state.name));
            apply::delete(&session, &stack.state, &task).await?;
            report.kept.extend(stack.kept.iter().map(described));
        }
        Form::json_if(self.json).tell(&report)
    }
}

/// A stack that is to be deleted, and what becomes of the data in it.
struct Doomed {
    state: StackState,
    kept: Vec<Resource>,
    lost: Vec<Resource>,
}

impl Doomed {
    /// What is kept is what the deployed template says, whatever the stage file says by now.
    async fn look<C: Cloud>(session: &Session<C>, state: StackState) -> Outcome<Self> {
        let name = &state.name;
        if state.status.standing() == Standing::Busy {
            return Err(Failure::new(format!(
                "stack {name} is {}: something is going on with it",
                state.status.name()
            ))
            .hint("wait until it has ended, then run the same command again")
            .exit(Exit::Decision));
        }
        let resources = session.cloud.resources(name).await;
        let resources = resources.asked(|| format!("cannot list the resources of stack {name}"))?;
        let template = session.cloud.template(name).await;
        let template = template.asked(|| format!("cannot read the template of stack {name}"))?;
        let template = Template::parse(&template).unwrap_or_default();
        let of_data = resources.into_iter().filter(|resource| stateful::holds_data(&resource.kind));
        let (kept, lost) = of_data.partition(|resource| template.keeps(&resource.logical_id));
        Ok(Self { state, kept, lost })
    }
}

fn described(resource: &Resource) -> String {
    format!("{} {}", resource.kind, resource.physical_id)
}

/// Deletes every version of every object, also those that arrive meanwhile, as long as each round finds some.
async fn empty<C: Cloud>(cloud: &C, bucket: &str) -> Outcome<usize> {
    let task = Task::start(&format!("emptying {bucket}"));
    let mut deleted = 0;
    loop {
        let versions = cloud.object_versions(bucket).await.asked(|| format!("cannot list bucket {bucket}"))?;
        if versions.is_empty() {
            return Ok(deleted);
        }
        cloud.delete_objects(bucket, &versions).await.asked(|| format!("cannot empty bucket {bucket}"))?;
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
