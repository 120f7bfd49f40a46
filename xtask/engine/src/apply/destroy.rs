//! Deletes a stage: what imports before what exports, data kept unless it was named.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::bring::bring;
use super::delete::delete;
use super::empty::empty;
use super::policies::deciding;
use super::settle::adopt;
use super::together::all;
use super::walk::guarded;
use crate::cloud::{Cloud, Fault, Resource, StackState, StackStatus, Standing};
use crate::engine::Engine;
use crate::failure::{Exit, Failure, Outcome};
use crate::lease::Lease;
use crate::plan::{StackPlan, agreed};
use crate::refusal::Asked;
use crate::stateful::holds_data;
use crate::template::Template;
use crate::token;

/// What would go, all of it looked at before any of it is touched.
#[derive(Debug)]
pub struct Doom {
    /// In the order of deletion.
    pub stacks: Vec<DoomedStack>,
}

/// A stack that is to be deleted, and what becomes of the data in it.
#[derive(Debug)]
pub struct DoomedStack {
    pub state: StackState,
    pub kept: Vec<Resource>,
    pub lost: Vec<Resource>,
    template: Template,
    body: String,
}

/// What a destroy did.
#[derive(Debug, Default)]
pub struct Destroyed {
    pub stacks: Vec<String>,
    pub kept: Vec<Resource>,
    pub objects_deleted: usize,
}

/// How often a bucket that fills while it is emptied is emptied again.
const ROUNDS: u32 = 3;

/// Deletes the stage's stacks, or one of them. `consent` is asked with all that would go.
pub async fn destroy<'a, C: Cloud>(
    engine: &'a Engine<'a, C>,
    only: Option<&str>,
    consent: &dyn Fn(&Doom) -> Outcome,
) -> Outcome<Destroyed> {
    let lease = &OnceCell::new();
    let done = guarded(engine, lease, async {
        Lease::take_into(engine, lease).await?;
        let doom = Doom::look(engine, only).await?;
        if !doom.stacks.is_empty() {
            consent(&doom)?;
        }
        carry_out(engine, lease, doom).await
    });
    done.await
}

impl Doom {
    async fn look<C: Cloud>(engine: &Engine<'_, C>, only: Option<&str>) -> Outcome<Self> {
        let mut stacks = Vec::new();
        for name in engine.target.known.iter().rev().filter(|name| only.is_none_or(|only| *name == only)) {
            if let Some(state) = at_rest(engine, name).await? {
                stacks.push(DoomedStack::look(engine, state).await?);
            }
        }
        let doom = Self { stacks };
        doom.refuse_imported(engine).await?;
        Ok(doom)
    }

    /// AWS refuses to delete an export that is imported; of a stage, that is known before anything is touched.
    async fn refuse_imported<C: Cloud>(&self, engine: &Engine<'_, C>) -> Outcome {
        let going: BTreeSet<_> = self.stacks.iter().map(|stack| stack.state.name.as_str()).collect();
        for stack in &self.stacks {
            for export in stack.template.exports().into_keys() {
                let importers = engine.cloud.importers(export).await;
                let importers = importers.asked(|| format!("cannot tell who imports {export}"))?;
                if let Some(importer) = importers.iter().find(|importer| !going.contains(importer.as_str())) {
                    return Err(Failure::new(format!("stack {} exports {export}, which is in use", stack.state.name))
                        .since(format!("stack {importer} imports it"))
                        .hint(format!("delete {importer} first"))
                        .exit(Exit::Decision));
                }
            }
        }
        Ok(())
    }
}

/// Waits for what an earlier run of ours began; refuses to touch what is somebody else's.
async fn at_rest<C: Cloud>(engine: &Engine<'_, C>, name: &str) -> Outcome<Option<StackState>> {
    let agreed = agreed(engine, name).await.asked(|| format!("cannot look at stack {name}"))?;
    let Some((state, own)) = agreed else { return Ok(None) };
    let told = own.as_ref().and_then(|event| StackStatus::named(&event.status));
    let busy = [Some(state.status), told].into_iter().flatten().find(|status| status.standing() == Standing::Busy);
    let Some(busy) = busy else {
        return Ok(Some(state).filter(|state| state.status != StackStatus::DeleteComplete));
    };
    let underway = own.as_ref().and_then(|event| event.token.as_deref());
    let clears_up = busy.name().ends_with("CLEANUP_IN_PROGRESS");
    if !clears_up && !underway.is_some_and(token::is_ours) && !engine.wishes.wait {
        return Err(Failure::new(format!("stack {name} is {}: somebody else is changing it", busy.name()))
            .hint("wait until it has ended, by yourself or with --wait; then run the same command again")
            .exit(Exit::Decision));
    }
    let end = adopt(engine, &state, underway).await?;
    Ok(end.filter(|state| state.status != StackStatus::DeleteComplete))
}

impl DoomedStack {
    async fn look<C: Cloud>(engine: &Engine<'_, C>, state: StackState) -> Outcome<Self> {
        let name = &state.name;
        if state.protected {
            return Err(Failure::new(format!("stack {name} is protected against deletion"))
                .hint("turn its termination protection off in the CloudFormation console, then run this again")
                .exit(Exit::Decision));
        }
        let resources = engine.cloud.resources(&state.id).await;
        let resources = resources.asked(|| format!("cannot list the resources of stack {name}"))?;
        let body = match engine.cloud.template(&state.id).await {
            Err(error) if error.fault == Fault::NotFound => String::new(),
            body => body.asked(|| format!("cannot read the template of stack {name}"))?,
        };
        let of_data = resources.into_iter().filter(|r| holds_data(&r.kind) && r.status != "DELETE_COMPLETE");
        let (lost, kept) = of_data.partition(|resource| engine.wishes.delete_data.of(&resource.logical_id));
        let template = Template::parse(&body).unwrap_or_default();
        let doomed = Self { state, kept, lost, template, body };
        doomed.refuse_unkept(engine)?;
        Ok(doomed)
    }

    /// Data that was not named is kept by what the template says. In a stack that cannot be updated any more, that has to
    /// be so already.
    fn refuse_unkept<C: Cloud>(&self, engine: &Engine<'_, C>) -> Outcome {
        if self.state.status.standing() == Standing::Settled {
            return Ok(());
        }
        // Only what failed to go can be left behind.
        let leavable = |r: &Resource| self.state.status == StackStatus::DeleteFailed && r.status == "DELETE_FAILED";
        let left = |r: &Resource| leavable(r) && engine.wishes.retain.contains(&r.logical_id);
        let Some(unkept) = self.kept.iter().find(|r| !self.template.keeps(&r.logical_id) && !left(r)) else {
            return Ok(());
        };
        let Resource { logical_id, kind, .. } = unkept;
        let (name, status) = (&self.state.name, self.state.status.name());
        let stage = &engine.target.stage;
        let mut failure =
            Failure::new(format!("stack {name} is {status}: deleting it would lose {logical_id} ({kind})"))
                .since(
                    "the deployed template says that it goes with the stack, and in this state that cannot be changed",
                )
                .hint(format!("to let it go: cargo xtask destroy --stage {stage} --delete-data {logical_id}"))
                .exit(Exit::Decision);
        if leavable(unkept) {
            failure =
                failure.hint(format!("to leave it behind: cargo xtask destroy --stage {stage} --retain {logical_id}"));
        }
        Err(failure)
    }

    fn imports_from(&self, other: &Self) -> bool {
        let exports = other.template.exports();
        self.template.imports().iter().any(|import| exports.contains_key(import))
    }
}

/// Stacks that no other one imports from go first, all at the same time.
async fn carry_out<C: Cloud>(engine: &Engine<'_, C>, lease: &OnceCell<Lease<'_, C>>, doom: Doom) -> Outcome<Destroyed> {
    let mut done = Destroyed::default();
    let mut remaining = doom.stacks;
    while !remaining.is_empty() {
        let free = |stack: &DoomedStack| {
            let imported =
                remaining.iter().any(|other| other.state.name != stack.state.name && other.imports_from(stack));
            // The lease is in its bucket, so it goes last.
            let last = stack.state.name == engine.target.bucket_stack && remaining.len() > 1;
            !imported && !last
        };
        let now: Vec<bool> = remaining.iter().map(free).collect();
        let any = now.contains(&true);
        let mut marks = now.into_iter();
        let (going, rest): (Vec<_>, Vec<_>) = remaining.into_iter().partition(|_| marks.next() == Some(true) || !any);
        remaining = rest;
        let deleted = going.iter().map(|stack| one(engine, lease.get(), stack));
        for (objects, stack) in all(deleted).await?.into_iter().zip(going) {
            done.objects_deleted += objects;
            done.stacks.push(stack.state.name);
            done.kept.extend(stack.kept);
        }
    }
    Ok(done)
}

/// What CloudFormation took over is looked at again: it used to see no change in a template that differs in its policies
/// only, and would then delete what was to be kept.
async fn keeps_all<C: Cloud>(engine: &Engine<'_, C>, state: &StackState, kept: &[String]) -> Outcome {
    let name = &state.name;
    let body = engine.cloud.template(&state.id).await.asked(|| format!("cannot read the template of stack {name}"))?;
    let template = Template::parse(&body).unwrap_or_default();
    match kept.iter().find(|id| !template.keeps(id)) {
        None => Ok(()),
        Some(id) => Err(Failure::new(format!("stack {name}: deleting it would lose {id}, which holds data"))
            .since("its deletion policy was to become Retain, and did not")
            .hint("set DeletionPolicy: Retain in the template and deploy it, then run this again")
            .exit(Exit::Decision)),
    }
}

async fn one<C: Cloud>(engine: &Engine<'_, C>, lease: Option<&Lease<'_, C>>, stack: &DoomedStack) -> Outcome<usize> {
    let mut state = stack.state.clone();
    let ids = |list: &'_ [Resource]| list.iter().map(|r| r.logical_id.clone()).collect::<Vec<_>>();
    let (kept, lost) = (ids(&stack.kept), ids(&stack.lost));
    let lost: Vec<_> = lost.iter().map(String::as_str).collect();
    let data: Vec<_> = kept.iter().map(String::as_str).chain(lost.iter().copied()).collect();
    if state.status.standing() == Standing::Settled
        && let Some(template) = deciding(&stack.template, &data, &lost)
    {
        let plan = StackPlan::of_template(&state, stack.body.clone(), template);
        state = bring(engine, lease, &plan, true).await?.state;
        keeps_all(engine, &state, &kept).await?;
    }
    let mut objects = 0;
    let mut rounds = 0;
    loop {
        rounds += 1;
        let mut lease = lease;
        for bucket in stack.lost.iter().filter(|resource| resource.kind == "AWS::S3::Bucket") {
            if bucket.physical_id == engine.target.bucket {
                // Nothing may be written to it any more; from here on CloudFormation lets only one delete the stack.
                if let Some(lease) = lease.take().filter(|lease| !lease.is_released()) {
                    lease.check(&engine.target.stage).await?;
                    lease.release().await;
                }
            }
            objects += empty(engine, &bucket.physical_id).await?;
        }
        match delete(engine, lease, &state, &engine.wishes.retain).await {
            Ok(()) => return Ok(objects),
            Err(failure) => {
                let now =
                    engine.cloud.stack(&state.id).await.asked(|| format!("cannot look at stack {}", state.name))?;
                let filled = stack.lost.iter().any(|resource| resource.kind == "AWS::S3::Bucket");
                match now {
                    Some(now) if now.status == StackStatus::DeleteFailed && filled && rounds < ROUNDS => state = now,
                    _ => return Err(failure),
                }
            }
        }
    }
}
