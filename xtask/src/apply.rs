//! Carries out one stack's share of the plan.

use std::collections::BTreeMap;

use crate::change_set;
use crate::cloud::{Cloud, Fault, StackState, StackStatus, Standing};
use crate::events::{Follower, follow};
use crate::failure::{Failure, Outcome};
use crate::hash;
use crate::plan::{StackPlan, Step};
use crate::progress::Task;
use crate::refusal::{Asked, ended_badly, lost_sight};
use crate::session::Session;
use crate::stateful;

/// How a stack stands after its step.
pub(crate) struct Applied {
    pub(crate) state: StackState,
    pub(crate) changed: bool,
}

/// Brings one stack to what was planned. A step of nothing touches nothing. `may_go` are the logical ids of resources
/// whose data may be lost.
pub(crate) async fn apply<C: Cloud>(
    session: &Session<C>,
    plan: &StackPlan,
    tags: &BTreeMap<String, String>,
    may_go: &[String],
) -> Outcome<Applied> {
    let cloud = &session.cloud;
    let task = match plan.step {
        Step::Nothing => {
            let state = plan.standing.clone().ok_or_else(|| gone(&plan.name))?;
            return Ok(Applied { state, changed: false });
        }
        Step::Create | Step::Recreate => Task::start(&format!("creating {}", plan.name)),
        Step::Update => Task::start(&format!("updating {}", plan.name)),
    };
    if let (Step::Recreate, Some(remains)) = (plan.step, &plan.standing) {
        delete(session, remains, &task).await?;
    }
    let Some(change_set) = change_set::prepare(session, plan, tags).await? else {
        let state = cloud.stack(&plan.name).await.asked(|| format!("cannot look at stack {}", plan.name))?;
        return Ok(Applied { state: state.ok_or_else(|| gone(&plan.name))?, changed: false });
    };
    if let Err(refused) = stateful::guard(session.stage.name.as_str(), &plan.name, &change_set.changes, may_go) {
        // Left behind, it could be executed by hand.
        let _ = cloud.delete_change_set(&plan.name, &change_set.name).await;
        return Err(refused);
    }
    let follower = Follower::from_now(cloud, &change_set.stack_id).await;
    let mut follower = follower.asked(|| format!("cannot read the events of stack {}", plan.name))?;
    let token = token(&change_set.name, &follower);
    match cloud.execute_change_set(&plan.name, &change_set.name, &token).await {
        Ok(()) => {}
        // The call may have arrived, and only its answer been lost.
        Err(error) if matches!(error.fault, Fault::Unreachable | Fault::Throttled) => {
            return Err(lost_sight(&session.stage, &follower, &plan.name, &error));
        }
        refused => refused.asked(|| format!("cannot begin the change of stack {}", plan.name))?,
    }
    let end = follow(cloud, &mut follower, session.pace(), &task).await;
    let state = end.map_err(|error| lost_sight(&session.stage, &follower, &plan.name, &error))?;
    let state = state.ok_or_else(|| gone(&plan.name))?;
    if matches!(state.status, StackStatus::CreateComplete | StackStatus::UpdateComplete) {
        return Ok(Applied { state, changed: true });
    }
    Err(ended_badly(&session.stage, &follower, &state))
}

/// Deletes a stack and waits until it is gone.
pub(crate) async fn delete<C: Cloud>(session: &Session<C>, stack: &StackState, task: &Task) -> Outcome {
    let (cloud, name) = (&session.cloud, &stack.name);
    let follower = Follower::from_now(cloud, &stack.id).await;
    let mut follower = follower.asked(|| format!("cannot read the events of stack {name}"))?;
    let token = token("delete", &follower);
    cloud.delete_stack(&stack.id, &token).await.asked(|| format!("cannot delete stack {name}"))?;
    let end = follow(cloud, &mut follower, session.pace(), task).await;
    match end.map_err(|error| lost_sight(&session.stage, &follower, name, &error))? {
        Some(state) if state.status.standing() != Standing::Absent => {
            Err(ended_badly(&session.stage, &follower, &state))
        }
        _ => Ok(()),
    }
}

/// Waits for an operation that an earlier run of ours began, or that only clears up. `None` where it is another's.
pub(crate) async fn adopt<C: Cloud>(session: &Session<C>, stack: &StackState) -> Outcome<Option<Option<StackState>>> {
    let (cloud, name) = (&session.cloud, &stack.name);
    let clears_up = matches!(
        stack.status,
        StackStatus::UpdateCompleteCleanupInProgress | StackStatus::UpdateRollbackCompleteCleanupInProgress
    );
    let mut follower = Follower::from_the_start(&stack.id);
    follower.news(cloud).await.asked(|| format!("cannot read the events of stack {name}"))?;
    if !clears_up && !follower.token().is_some_and(|token| token.starts_with(TOKEN)) {
        return Ok(None);
    }
    let task = Task::start(&format!("following what was begun with {name}"));
    let end = follow(cloud, &mut follower, session.pace(), &task).await;
    end.map(Some).map_err(|error| lost_sight(&session.stage, &follower, name, &error))
}

/// How the tokens of our operations begin, by which a later run knows them.
const TOKEN: &str = "millrace-";

/// A token for one operation: the same for a call that is repeated, another for the same change at another time. AWS
/// refuses a token that it has seen before on the stack.
fn token(what: &str, follower: &Follower) -> String {
    let what = what.trim_start_matches(TOKEN);
    format!("{TOKEN}{}", &hash::hex(&[what.as_bytes(), follower.begins_after().as_bytes()])[..32])
}

fn gone(name: &str) -> Failure {
    Failure::new(format!("stack {name} was deleted meanwhile")).hint("run the same command again to create it")
}
