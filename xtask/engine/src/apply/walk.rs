//! Walks a plan: independent stacks at the same time, dependent ones in order, archives before the first stack that takes
//! them. While one is waited for, all others go on.

use futures_util::StreamExt;
use futures_util::future::{Either, LocalBoxFuture, select};
use futures_util::stream::FuturesUnordered;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::pin::pin;

use super::bring::{Applied, bring};
use super::together::joined;
use super::upload::{Artifact, upload};
use crate::cloud::Cloud;
use crate::engine::Engine;
use crate::failure::{Exit, Failure, Outcome};
use crate::lease::Lease;
use crate::plan::{Plan, StackPlan, Step};
use crate::target::Shelf;

/// What a walk did.
#[derive(Debug, Default)]
pub struct Walked {
    /// In the plan's order.
    pub stacks: Vec<Applied>,
    pub artifacts: Vec<Artifact>,
}

enum Done {
    Stack(String, Box<Applied>),
    Uploads(Vec<Artifact>),
}

/// Whether the bucket that archives and the lease are in has to be made first.
pub(super) fn makes_bucket(engine: &Engine<'_, impl Cloud>, plan: &Plan) -> bool {
    let makes = |stack: &&StackPlan| matches!(stack.action, Step::Create | Step::Recreate);
    plan.stacks.iter().filter(makes).any(|stack| stack.name == engine.target.bucket_stack)
}

/// Whether code has to wait for the stack of the places that it is put to: its bucket, or a repository that it may lack.
fn makes_shelves(engine: &Engine<'_, impl Cloud>, plan: &Plan) -> bool {
    let images = engine.target.archives.iter().any(|archive| archive.shelf != Shelf::Bucket);
    let changes = |stack: &StackPlan| stack.name == engine.target.bucket_stack && stack.action != Step::Nothing;
    makes_bucket(engine, plan) || images && plan.stacks.iter().any(changes)
}

/// Keeps the lease while the work goes on, and gives both up if another run takes it over.
pub(super) async fn guarded<C: Cloud, T>(
    engine: &Engine<'_, C>,
    lease: &OnceCell<Lease<'_, C>>,
    work: impl Future<Output = Outcome<T>>,
) -> Outcome<T> {
    let (stage, beat) = (engine.target.stage.as_str(), engine.target.pace.beat);
    let kept = async {
        loop {
            match lease.get() {
                Some(lease) => break lease.keep(stage, beat).await,
                // The bucket may still come to be.
                None => engine.cloud.pause(beat).await,
            }
        }
    };
    let kept = pin!(kept);
    let stopped = select(kept, engine.host.interrupted());
    let ended = match select(pin!(work), stopped).await {
        Either::Left((ended, _)) => ended,
        Either::Right((Either::Left((lost, _)), _)) => return Err(lost),
        // What was begun is left as a kill would leave it, but others need not wait for us.
        Either::Right((Either::Right(_), _)) => Err(interrupted(stage)),
    };
    if let Some(lease) = lease.get() {
        lease.release().await;
    }
    ended
}

fn interrupted(stage: &str) -> Failure {
    Failure::new(format!("stage {stage}: detached; what was begun goes on in AWS"))
        .hint(format!("to follow it and do what comes after it: cargo xtask deploy --stage {stage}"))
        .exit(Exit::StillRunning)
}

/// Every stack whose turn comes is brought to what was planned. A failure keeps back only what depends on it.
pub(super) async fn walk<'a, C: Cloud>(
    engine: &'a Engine<'a, C>,
    lease: &OnceCell<Lease<'a, C>>,
    plan: &Plan,
) -> Outcome<Walked> {
    let mut done: BTreeMap<String, Applied> = BTreeMap::new();
    let mut artifacts = None;
    let mut failures: Vec<Failure> = Vec::new();
    let mut waiting: Vec<&StackPlan> = plan.stacks.iter().collect();
    let mut running: FuturesUnordered<LocalBoxFuture<'_, Outcome<Done>>> = FuturesUnordered::new();
    let changing = plan.stacks.iter().any(|stack| stack.action != Step::Nothing && stack.takes_code());
    let mut uploads = changing.then_some(());
    let shelves_first = makes_shelves(engine, plan);
    loop {
        let is_done = |name: &str| done.get(name).is_some_and(|applied: &Applied| !applied.detached);
        if uploads.is_some() && (!shelves_first || is_done(&engine.target.bucket_stack)) {
            uploads = None;
            running.push(Box::pin(async move { upload(engine).await.map(Done::Uploads) }));
        }
        let code_is_there = !changing || artifacts.is_some();
        let ready = |stack: &&StackPlan| {
            let code = stack.action == Step::Nothing || !stack.takes_code() || code_is_there;
            code && stack.after.iter().all(|name| is_done(name))
        };
        let (starting, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(ready);
        waiting = later;
        for stack in starting {
            running.push(Box::pin(async move {
                let applied = bring(engine, lease.get(), stack, !engine.wishes.detach).await?;
                // Before anything else of a new stage is touched, its lease is taken: now there is a bucket for it.
                if stack.name == engine.target.bucket_stack && applied.changed && !applied.detached {
                    Lease::take_into(engine, lease).await?;
                }
                Ok(Done::Stack(stack.name.clone(), Box::new(applied)))
            }));
        }
        match running.next().await {
            None => break,
            Some(Ok(Done::Stack(name, applied))) => drop(done.insert(name, *applied)),
            Some(Ok(Done::Uploads(uploaded))) => artifacts = Some(uploaded),
            Some(Err(failure)) => failures.push(failure),
        }
    }
    let detached: Vec<_> = done.values().filter(|applied| applied.detached).map(|a| a.state.name.clone()).collect();
    if let Some(failure) = told(failures, &waiting, detached.is_empty()) {
        return Err(failure);
    }
    if !waiting.is_empty() && !detached.is_empty() {
        return Err(super::deploy::detached(&engine.target.stage, &detached));
    }
    let stacks = plan.stacks.iter().filter_map(|stack| done.remove(&stack.name)).collect();
    Ok(Walked { stacks, artifacts: artifacts.unwrap_or_default() })
}

/// The first failure, with what else failed and what was not begun because of it.
fn told(failures: Vec<Failure>, waiting: &[&StackPlan], say_waiting: bool) -> Option<Failure> {
    let mut first = joined(failures)?;
    let kept_back = waiting.iter().filter(|stack| stack.action != Step::Nothing);
    let kept_back: Vec<_> = kept_back.map(|stack| stack.name.as_str()).collect();
    if say_waiting && !kept_back.is_empty() {
        first = first.since(format!("not begun because of it: {}", kept_back.join(", ")));
    }
    Some(first)
}
