//! Brings one stack to what was planned.

use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

use super::change_set::prepare;
use super::delete::delete;
use super::operation::{Operation, gone};
use crate::cloud::{ChangeSet, Cloud, StackState, StackStatus, Standing};
use crate::engine::Engine;
use crate::failure::{Exit, Failure, Outcome};
use crate::host::News;
use crate::lease::Lease;
use crate::plan::{StackPlan, Step};
use crate::reason;
use crate::refusal::{Asked, ended_badly};
use crate::stateful;

/// How a stack stands after its step.
#[derive(Debug, Clone)]
pub struct Applied {
    pub state: StackState,
    pub changed: bool,
    /// It was begun, and goes on without us.
    pub detached: bool,
    pub elapsed: Duration,
    /// How long each resource took, the longest first.
    pub resources: Vec<Took>,
    /// What should be gone and is not.
    pub leftovers: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Took {
    pub logical_id: String,
    pub elapsed_ms: u128,
}

impl Applied {
    pub(super) fn unchanged(state: StackState) -> Self {
        let (resources, leftovers) = (Vec::new(), Vec::new());
        Self { state, changed: false, detached: false, elapsed: Duration::ZERO, resources, leftovers }
    }
}

/// How often a stack is tried, where what failed is known to pass.
const ATTEMPTS: u32 = 2;

/// A step of nothing touches nothing. Without `wait`, what is begun goes on by itself.
pub(super) async fn bring<C: Cloud>(
    engine: &Engine<'_, C>,
    lease: Option<&Lease<'_, C>>,
    plan: &StackPlan,
    wait: bool,
) -> Outcome<Applied> {
    let what = match plan.action {
        Step::Nothing => {
            let state = plan.state.clone().ok_or_else(|| gone(&engine.target.stage, &plan.name))?;
            return Ok(Applied::unchanged(state));
        }
        Step::Create | Step::Recreate => "creating",
        _ => "updating",
    };
    let started = engine.cloud.now();
    engine.host.tell(News::Began { stack: &plan.name, what });
    let mut remains = plan.state.clone().filter(|_| plan.action == Step::Recreate);
    let mut attempt = 1;
    loop {
        if let Some(remains) = remains.take() {
            delete(engine, lease, &remains, &[]).await?;
        }
        let (ended, failure) = match attempt_once(engine, lease, plan, (attempt, wait)).await? {
            Attempt::Done(applied) => {
                engine.host.tell(News::Ended { stack: &plan.name, status: applied.state.status });
                return Ok(Applied { elapsed: engine.cloud.now().saturating_sub(started), ..applied });
            }
            Attempt::Failed { ended, failure, passing } => {
                engine.host.tell(News::Ended { stack: &plan.name, status: ended.status });
                if !passing || attempt == ATTEMPTS {
                    return Err(failure);
                }
                (ended, failure)
            }
        };
        match ended.status.standing() {
            Standing::Settled => {}
            Standing::Stillborn if nothing_is_missed(engine, &ended).await? => remains = Some(ended),
            _ => return Err(failure),
        }
        engine.host.tell(News::Note("what failed is known to pass: trying once more"));
        attempt += 1;
    }
}

enum Attempt {
    Done(Applied),
    /// `passing` where the cause is one that time heals.
    Failed {
        ended: StackState,
        failure: Failure,
        passing: bool,
    },
}

async fn attempt_once<C: Cloud>(
    engine: &Engine<'_, C>,
    lease: Option<&Lease<'_, C>>,
    plan: &StackPlan,
    (attempt, wait): (u32, bool),
) -> Outcome<Attempt> {
    let cloud = &engine.cloud;
    let stage = engine.target.stage.as_str();
    let looking = || format!("cannot look at stack {}", plan.name);
    let now = cloud.stack(&plan.name).await.asked(looking)?;
    let stands = now.as_ref().filter(|state| state.status.standing() != Standing::Absent);
    let creates = stands.is_none();
    if attempt == 1 && creates != matches!(plan.action, Step::Create | Step::Recreate) {
        return Err(overtaken(stage, plan));
    }
    // A stack under review has an ARN already, which our change set must belong to.
    let stands_on = now.as_ref().filter(|state| state.status != StackStatus::DeleteComplete);
    let stands_on = stands_on.map_or("", |state| state.id.as_str());
    let Some(change_set) = prepare(engine, plan, creates, stands_on).await? else {
        let stands = cloud.stack(&plan.name).await.asked(looking)?;
        return Ok(Attempt::Done(Applied::unchanged(stands.ok_or_else(|| gone(stage, &plan.name))?)));
    };
    if let Err(refused) = confirm(engine, plan, &change_set).await {
        // Left behind, it could be executed by hand.
        let _ = cloud.delete_change_set(&plan.name, &change_set.name).await;
        return Err(refused);
    }
    // A stack that stands in a failure takes changes only on these terms.
    let halted = stands.is_some_and(|state| state.status.standing() == Standing::Halted);
    let stack = (change_set.stack_id.as_str(), plan.name.as_str());
    let begun = Operation::begin(engine, lease, stack, &change_set.name, async |token| {
        cloud.execute_change_set(&plan.name, &change_set.name, token, halted).await
    });
    let mut operation = begun.await?;
    if !wait {
        let status = if creates { StackStatus::CreateInProgress } else { StackStatus::UpdateInProgress };
        let begun = StackState { status, ..StackState::known_by(&change_set.stack_id, &plan.name) };
        return Ok(Attempt::Done(Applied { changed: true, detached: true, ..Applied::unchanged(begun) }));
    }
    let ended = operation.end(engine, &plan.name).await?.ok_or_else(|| gone(stage, &plan.name))?;
    if matches!(ended.status, StackStatus::CreateComplete | StackStatus::UpdateComplete) {
        let took = operation.took().into_iter();
        return Ok(Attempt::Done(Applied {
            changed: true,
            resources: took.map(|(logical_id, t)| Took { logical_id, elapsed_ms: t.as_millis() }).collect(),
            leftovers: operation.leftovers(),
            ..Applied::unchanged(ended)
        }));
    }
    let cause = reason::root_cause(operation.follower.failures()).and_then(|event| event.reason.as_deref());
    let passing = cause.is_some_and(reason::passes);
    Ok(Attempt::Failed { failure: ended_badly(stage, &operation.follower, &ended), ended, passing })
}

/// Right before it is executed: the change set loses no data that was not named, and the stack is still the one that the
/// plan was made for. What changes it after this makes the change set obsolete, and AWS refuses it.
async fn confirm<C: Cloud>(engine: &Engine<'_, C>, plan: &StackPlan, change_set: &ChangeSet) -> Outcome {
    stateful::guard(&engine.target.stage, &plan.name, &change_set.changes, &engine.wishes.allow)?;
    if let Some(deployed) = &plan.deployed {
        let looking = || format!("cannot read the template of stack {}", plan.name);
        let now = engine.cloud.template(&plan.name).await.asked(looking)?;
        let state = engine.cloud.stack(&plan.name).await.asked(looking)?;
        let parameters = |state: Option<&StackState>| state.map(|state| state.parameters.clone()).unwrap_or_default();
        let (before, after): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (parameters(plan.state.as_ref()), parameters(state.as_ref()));
        // Made again under the same name, it is another stack, whatever its template.
        let id = |state: Option<&StackState>| state.map(|state| state.id.clone());
        if now != *deployed || before != after || id(plan.state.as_ref()) != id(state.as_ref()) {
            return Err(overtaken(&engine.target.stage, plan));
        }
    }
    Ok(())
}

/// Whether what is left of a failed creation may be deleted without asking.
async fn nothing_is_missed<C: Cloud>(engine: &Engine<'_, C>, ended: &StackState) -> Outcome<bool> {
    let remains = engine.cloud.resources(&ended.id).await;
    let remains = remains.asked(|| format!("cannot list the resources of stack {}", ended.name))?;
    Ok(remains.iter().all(|r| r.status == "DELETE_COMPLETE" || !stateful::holds_data(&r.kind)))
}

pub(super) fn overtaken(stage: &str, plan: &StackPlan) -> Failure {
    Failure::new(format!("stage {stage}: stack {} was changed since this was planned", plan.name))
        .hint(format!("look at what would change now: cargo xtask plan --stage {stage}"))
        .exit(Exit::Decision)
}
