//! Lets a stage come to rest, so that it can be planned: follows what is going on, finishes rollbacks that failed.

use super::operation::Operation;
use super::together::all;
use crate::cloud::{Cloud, StackState, StackStatus};
use crate::engine::Engine;
use crate::failure::Outcome;
use crate::follow::{Follower, follow};
use crate::host::News;
use crate::lease::Lease;
use crate::plan::{Plan, StackPlan, Step};
use crate::refusal::{Asked, ended_badly, lost_sight};

/// All stacks at the same time.
pub(super) async fn settle<C: Cloud>(engine: &Engine<'_, C>, lease: Option<&Lease<'_, C>>, plan: &Plan) -> Outcome {
    let unsettled = plan.stacks.iter().filter(|stack| stack.action.is_unsettled());
    let settling = unsettled.filter_map(|stack| Some(one(engine, lease, stack, stack.state.as_ref()?)));
    all(settling).await.map(drop)
}

async fn one<C: Cloud>(
    engine: &Engine<'_, C>,
    lease: Option<&Lease<'_, C>>,
    plan: &StackPlan,
    state: &StackState,
) -> Outcome {
    match plan.action {
        Step::ContinueRollback => continue_rollback(engine, lease, state).await,
        _ => adopt(engine, state, plan.underway.as_deref()).await.map(drop),
    }
}

/// Follows what somebody began, to its end, whatever that is: what comes then is planned anew.
pub(super) async fn adopt<C: Cloud>(
    engine: &Engine<'_, C>,
    state: &StackState,
    token: Option<&str>,
) -> Outcome<Option<StackState>> {
    let name = state.name.as_str();
    engine.host.tell(News::Began { stack: name, what: "following what was begun with" });
    let adopted = Follower::of_operation(&engine.cloud, state, token).await;
    let (mut follower, so_far) = adopted.asked(|| format!("cannot read the events of stack {name}"))?;
    for event in &so_far {
        engine.host.tell(News::Event { stack: name, event });
    }
    let end = follow(engine, &mut follower).await;
    let end = end.map_err(|error| lost_sight(&engine.target.stage, &follower, name, &error))?;
    let status = end.as_ref().map_or(StackStatus::DeleteComplete, |state| state.status);
    engine.host.tell(News::Ended { stack: name, status });
    Ok(end)
}

/// Of what is to be left out, what is in this stack and failed to roll back: AWS refuses all other names.
async fn skipped<C: Cloud>(engine: &Engine<'_, C>, stack: &StackState) -> Outcome<Vec<String>> {
    let named = &engine.wishes.skip;
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let resources = engine.cloud.resources(&stack.id).await;
    let resources = resources.asked(|| format!("cannot list the resources of stack {}", stack.name))?;
    let failed = resources.into_iter().filter(|r| r.status == "UPDATE_FAILED").map(|r| r.logical_id);
    Ok(failed.filter(|id| named.contains(id)).collect())
}

async fn continue_rollback<C: Cloud>(
    engine: &Engine<'_, C>,
    lease: Option<&Lease<'_, C>>,
    state: &StackState,
) -> Outcome {
    let name = state.name.as_str();
    engine.host.tell(News::Began { stack: name, what: "finishing the rollback of" });
    let skip = skipped(engine, state).await?;
    let what = format!("continue {skip:?}");
    let begun = Operation::begin(engine, lease, (&state.id, name), &what, async |token| {
        engine.cloud.continue_rollback(&state.id, token, &skip, engine.target.role()).await
    });
    let mut operation = begun.await?;
    let end = operation.end(engine, name).await?;
    let end = end.ok_or_else(|| super::operation::gone(&engine.target.stage, name))?;
    engine.host.tell(News::Ended { stack: name, status: end.status });
    if end.status == StackStatus::UpdateRollbackComplete {
        return Ok(());
    }
    let target = &engine.target.stage;
    Err(ended_badly(target, &operation.follower, &end)
        .hint(format!("to leave a resource as it is, name it: cargo xtask deploy --stage {target} --skip LOGICAL_ID")))
}
