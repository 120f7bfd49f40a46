use clap::Args;
use engine::apply::{Doom, destroy};
use engine::cloud::Resource;
use engine::engine::Engine;
use engine::failure::{Failure, Outcome};
use engine::target::{DeleteData, Wishes};
use serde::Serialize;
use stacks::names;
use stacks::stack::StackKind;
use stacks::stage::{Platform, Stage};
use std::fmt;

use crate::board::Board;
use crate::knowledge::Knowledge;
use crate::output::Form;
use crate::project::Project;
use crate::session::{Emulator, Session};
use crate::{consent, copies, stages, target};

/// Delete a stage's stacks, last to first
///
/// Data (buckets, streams, queues) is kept unless it is named. A copy of another stage goes as a whole, and so does a stage
/// on the emulator with `keep_data: false`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Destroy {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Delete only this stack, such as 'stream'
    #[arg(long, value_name = "STACK")]
    only: Option<String>,
    /// Delete this resource's data too, or 'all'; buckets are emptied first. Can be given several times
    #[arg(long, value_name = "LOGICAL_ID")]
    delete_data: Vec<String>,
    /// Leave this resource behind, where deleting it has failed; can be given several times
    #[arg(long, value_name = "LOGICAL_ID")]
    retain: Vec<String>,
    /// If there is no copy of this name (any more), there is nothing to do
    #[arg(long)]
    if_there: bool,
    /// Wait for whoever is at work on the stage, instead of stopping
    #[arg(long)]
    wait: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Default, Serialize)]
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
        if self.if_there && self.is_gone().await? {
            let Self { stage, json, .. } = self;
            return Form::json_if(*json).tell(&DestroyReport { stage: stage.clone(), ..DestroyReport::default() });
        }
        let session = Session::open(&self.stage, Emulator::Start).await?;
        let only = self.only.as_deref().map(|only| stack_named(&session.stage, only)).transpose()?;
        let (target, wishes, board) =
            (target::without_stacks(&session.stage), self.wishes(&session.stage), Board::new());
        let engine = Engine::new(&session.cloud, &target, &wishes, &Knowledge, &board);
        let done = Box::pin(destroy(&engine, only.as_deref(), &|doom| self.consent(&session.stage, doom))).await?;
        let looked_at = target.known.iter().rev().filter(|name| only.as_ref().is_none_or(|only| *name == only));
        let report = DestroyReport {
            stage: self.stage.clone(),
            endpoint: session.endpoint,
            stacks: looked_at
                .map(|name| StackReport { name: name.clone(), deleted: done.stacks.contains(name) })
                .collect(),
            kept: done.kept.iter().map(described).collect(),
            objects_deleted: done.objects_deleted,
        };
        Form::json_if(self.json).tell(&report)
    }

    /// Whether neither a file nor a stack anywhere knows the stage.
    async fn is_gone(&self) -> Outcome<bool> {
        let project = Project::find()?;
        if stages::has_file(&project, stages::named(&self.stage)?.as_str()) {
            return Ok(false);
        }
        if copies::places(&project).await?.is_empty() {
            return Err(copies::nowhere());
        }
        Ok(Box::pin(copies::recall(&project, &self.stage)).await?.is_none())
    }

    fn wishes(&self, stage: &Stage) -> Wishes {
        let on_laptop = stage.platform == Platform::Emulator && !stage.keep_data;
        let disposable = on_laptop || stage.copy.is_some();
        let all = disposable || self.delete_data.iter().any(|id| id == "all");
        let delete_data = if all { DeleteData::All } else { DeleteData::Of(self.delete_data.clone()) };
        Wishes { delete_data, retain: self.retain.clone(), wait: self.wait, ..Wishes::default() }
    }

    fn consent(&self, stage: &Stage, doom: &Doom) -> Outcome {
        let lost: Vec<_> = doom.stacks.iter().flat_map(|stack| &stack.lost).map(described).collect();
        let data = if lost.is_empty() {
            "Its data is kept.".to_owned()
        } else {
            format!("DELETED WITH IT: {}.", lost.join(", "))
        };
        let Stage { name, account, .. } = stage;
        let question = format!("Delete stage {name} in account {account}? {data} Type the stage's name:");
        consent::ask(stage, self.yes, &question, &[name.as_str()], "destroy")
    }
}

/// By its short name or by its whole one.
fn stack_named(stage: &Stage, only: &str) -> Outcome<String> {
    let known = StackKind::ALL.into_iter().map(|kind| (kind.name(), names::stack(stage, kind)));
    let found = known.into_iter().find(|(short, whole)| *short == only || whole == only).map(|(_, whole)| whole);
    found.ok_or_else(|| {
        let known = StackKind::ALL.map(StackKind::name).join(", ");
        Failure::invalid(format!("there is no stack '{only}'")).hint(format!("the stacks of a stage are {known}"))
    })
}

fn described(resource: &Resource) -> String {
    format!("{} {}", resource.kind, resource.physical_id)
}

impl fmt::Display for DestroyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.stacks.is_empty() {
            writeln!(f, "there is no copy {}", self.stage)?;
        }
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
