//! Copies of stages that have no file: what they are stands in the tags of their stacks.

#[cfg(test)]
mod tests;

use engine::cloud::{Cloud, Fault, StackState, StackStatus};
use engine::failure::{Context, Failure, Outcome};
use engine::reap::Ground;
use stacks::names;
use stacks::stack::StackKind;
use stacks::stage::{Copied, PRODUCTION, Platform, Scale, Stage, StageName};
use std::collections::{BTreeMap, BTreeSet};

use crate::cloud::Aws;
use crate::progress::say;
use crate::project::Project;
use crate::{local, stages};

/// An account and region where copies may be, and what a stage there looks like.
pub(crate) struct Somewhere {
    pub(crate) cloud: Aws,
    /// One that lives there, under whichever name.
    pub(crate) stage: Stage,
    pub(crate) endpoint: Option<String>,
}

impl Somewhere {
    /// The same place as a stage of another name would have it.
    pub(crate) fn named(&self, name: StageName) -> Stage {
        Stage { name, copy: None, ..self.stage.clone() }
    }

    /// `eu-west-1 of account 111111111111`, or the emulator.
    pub(crate) fn said(&self) -> String {
        match self.stage.platform {
            Platform::Emulator => "the emulator".to_owned(),
            Platform::Aws => format!("{} of account {}", self.stage.region, self.stage.account),
        }
    }
}

/// Everywhere that a stage file names and that can be looked at from here: the emulator if it runs, and the account that
/// the credentials are of.
pub(crate) async fn places(project: &Project) -> Outcome<Vec<Somewhere>> {
    let mut wanted = BTreeMap::new();
    let running = local::running(project)?;
    for name in stages::names(project)? {
        // A file that is broken names no place; whoever works with that stage is told so.
        let Ok(stage) = stages::load(project, &name) else { continue };
        let mut note = |stage: Stage| {
            let key = (stage.platform == Platform::Aws, stage.account.to_string(), stage.region.to_string());
            wanted.entry(key).or_insert(stage);
        };
        if running.is_some() && stage.copy.is_none() {
            note(as_local(&stage)?);
        }
        if stage.platform == Platform::Aws {
            note(stage);
        }
    }
    let mut places = Vec::new();
    let mut caller = None;
    for stage in wanted.into_values() {
        let (region, account) = (stage.region.as_str(), stage.account.as_str());
        let place = match (&running, stage.platform) {
            (Some(running), Platform::Emulator) => {
                let cloud = Aws::emulated(region, &running.endpoint, account).await;
                Somewhere { cloud, endpoint: Some(running.endpoint.clone()), stage }
            }
            (None, Platform::Emulator) => continue,
            (_, Platform::Aws) => {
                let cloud = Aws::connect(region).await;
                if caller.is_none() {
                    caller = Some(cloud.caller().await.map(|caller| caller.account));
                }
                match &caller {
                    Some(Ok(ours)) if ours == account => {}
                    Some(Err(error)) if error.fault != Fault::NoCredentials => {
                        say(&format!("warning: AWS was not looked at: {error}"));
                        caller = Some(Ok(String::new()));
                        continue;
                    }
                    _ => continue,
                }
                Somewhere { cloud, endpoint: None, stage }
            }
        };
        places.push(place);
    }
    Ok(places)
}

/// A stage on the emulator with the names of this one.
fn as_local(stage: &Stage) -> Outcome<Stage> {
    if stage.platform == Platform::Emulator {
        return Ok(stage.clone());
    }
    let copied = Copied {
        of: stage.name.clone(),
        scale: Scale::WHOLE,
        only: Vec::new(),
        local: true,
        expires: chrono::DateTime::UNIX_EPOCH,
    };
    Ok(Stage { copy: None, ..made(stage, stages::named("any")?, copied)? })
}

/// What is said where no copy could be, since nothing can be looked at.
pub(crate) fn nowhere() -> Failure {
    Failure::new("there is nowhere to look: no emulator runs, and no credentials are of a stage's account")
        .hint("sign in, for example with 'aws sso login', and set AWS_PROFILE")
}

/// The copy of this name, wherever it is; `None` where there is none.
pub(crate) async fn recall(project: &Project, name: &str) -> Outcome<Option<(Stage, Somewhere)>> {
    let Ok(stage_name) = StageName::new(name) else { return Ok(None) };
    for place in places(project).await? {
        let like_it = place.named(stage_name.clone());
        for kind in StackKind::ALL {
            let stack = names::stack(&like_it, kind);
            let state = place.cloud.stack(&stack).await.failing(|| format!("cannot look at stack {stack}"))?;
            if let Some(copied) = state.as_ref().and_then(|state| copied(state, &place)) {
                return Ok(Some((of(project, &stage_name, copied?)?, place)));
            }
        }
    }
    Ok(None)
}

/// The copy that these stacks are of, where its tags and the stage's file still say all of it.
pub(crate) fn again(project: &Project, place: &Somewhere, name: &StageName, stacks: &[StackState]) -> Option<Stage> {
    let copied = stacks.iter().find_map(|state| copied(state, place))?.ok()?;
    of(project, name, copied).ok()
}

/// What a stack's tags say that it is a copy of; `None` where they say nothing.
fn copied(state: &StackState, place: &Somewhere) -> Option<Outcome<Copied>> {
    if state.status == StackStatus::DeleteComplete {
        return None;
    }
    let tag = |key: &str| state.tags.get(key).map(String::as_str);
    let read = Copied::of_tags(tag, place.stage.platform == Platform::Emulator)?;
    Some(read.map_err(|what| {
        Failure::new(format!("stack {} is a copy's, but cannot be read as one", state.name))
            .since(what)
            .hint("correct its tags, or delete its stacks by hand")
    }))
}

/// The copy as a stage.
pub(crate) fn of(project: &Project, name: &StageName, copied: Copied) -> Outcome<Stage> {
    made(&stages::load(project, copied.of.as_str())?, name.clone(), copied)
}

fn made(base: &Stage, name: StageName, copied: Copied) -> Outcome<Stage> {
    let copy = base.copied(name, copied, stages::host()?);
    copy.map_err(|fault| Failure::invalid(fault.what).hint(fault.remedy))
}

/// Which stacks of a place can be an expired copy's: none of a stage that has a file of its own, or a production name.
pub(crate) fn ground(project: &Project, place: &Stage) -> Outcome<Ground> {
    let own = stages::names(project)?.into_iter().filter(|name| !stages::is_copy(project, name));
    let kept: BTreeSet<String> = own.chain(PRODUCTION.map(str::to_owned)).collect();
    let kinds = StackKind::ALL.map(|kind| kind.name().to_owned()).into();
    Ok(Ground { project: place.project.to_string(), kinds, kept })
}
