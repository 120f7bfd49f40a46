//! A whole deploy: look, settle, plan, ask, change, report.

use std::cell::OnceCell;

use super::hotswap::hotswap;
use super::settle::settle;
use super::walk::{Walked, guarded, makes_bucket, walk};
use crate::cloud::Cloud;
use crate::engine::Engine;
use crate::failure::{Exit, Failure, Outcome};
use crate::lease::Lease;
use crate::plan::{Plan, Step};
use crate::preflight;

/// What a deploy did.
#[derive(Debug)]
pub struct Deployed {
    pub plan: Plan,
    pub done: Walked,
    /// The functions whose code went past their stack.
    pub swapped: Vec<String>,
}

/// Brings a stage to what it should be. `consent` is asked with the plan before anything is changed, and again if the
/// stage has changed while somebody else was waited for.
pub async fn deploy<'a, C: Cloud>(engine: &'a Engine<'a, C>, consent: &dyn Fn(&Plan) -> Outcome) -> Outcome<Deployed> {
    let plan = Plan::make(engine).await?;
    plan.decided(engine.wishes)?;
    if !plan.changes() {
        // Walking a plan of nothing asks AWS nothing.
        let done = walk(engine, &OnceCell::new(), &plan).await?;
        return Ok(Deployed { plan, done, swapped: Vec::new() });
    }
    if plan.stacks.iter().any(|stack| !matches!(stack.action, Step::Nothing | Step::Follow)) {
        consent(&plan)?;
    }
    preflight::bootstrapped(engine).await?;
    preflight::signer(engine).await?;
    preflight::permissions(engine, &plan).await;
    let lease = &OnceCell::new();
    let done = guarded(engine, lease, async {
        let settled = settle_and_plan(engine, lease, &plan, consent).await?;
        let swapped = if engine.wishes.hotswap { hotswap(engine, lease.get(), &settled).await? } else { None };
        if let Some((done, swapped)) = swapped {
            return Ok((settled, done, swapped));
        }
        let done = walk(engine, lease, &settled).await?;
        Ok((settled, done, Vec::new()))
    });
    let (plan, done, swapped) = done.await?;
    Ok(Deployed { plan, done, swapped })
}

/// Until the stage is at rest: what is going on is followed, and the rest planned from how it ends. Having waited for the
/// lease is reason enough to look again; and where there was no bucket for it, there may be one by now.
async fn settle_and_plan<'a, C: Cloud>(
    engine: &'a Engine<'a, C>,
    lease: &OnceCell<Lease<'a, C>>,
    seen: &Plan,
    consent: &dyn Fn(&Plan) -> Outcome,
) -> Outcome<Plan> {
    for _ in 0..ROUNDS {
        Lease::take_into(engine, lease).await?;
        let plan = Plan::make(engine).await?;
        plan.decided(engine.wishes)?;
        if plan.stacks.iter().any(|stack| stack.action.is_unsettled()) {
            settle(engine, lease.get(), &plan).await?;
            continue;
        }
        if lease.get().is_none() && !makes_bucket(engine, &plan) {
            // There was no bucket for a lease a moment ago, and now somebody else has made it.
            Lease::take_into(engine, lease).await?;
            if lease.get().is_some() {
                continue;
            }
        }
        if plan.changes() && !plan.is_like(seen) {
            consent(&plan)?;
        }
        return Ok(plan);
    }
    Err(Failure::new(format!("stage {}: it does not come to rest", engine.target.stage))
        .hint("see who is changing it in the CloudFormation console, then run the same command again")
        .exit(Exit::Decision))
}

/// How often a stage may have something new going on.
const ROUNDS: u32 = 10;

/// What was begun goes on without us, and something else waits for it.
pub(super) fn detached(stage: &str, stacks: &[String]) -> Failure {
    Failure::new(format!("stage {stage}: detached while {} goes on in AWS", stacks.join(", ")))
        .hint(format!("to follow it and do what comes after it: cargo xtask deploy --stage {stage}"))
        .exit(Exit::StillRunning)
}
