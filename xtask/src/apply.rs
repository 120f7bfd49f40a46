//! Carries out one stack's share of the plan.

use std::collections::BTreeMap;

use crate::cloud::{
    Answer, ChangeSet, ChangeSetRequest, ChangeSetState, Cloud, CloudError, Event, Fault, StackState, Standing,
};
use crate::events::{Follower, follow};
use crate::failure::{Context, Exit, Failure, Outcome};
use crate::plan::{StackPlan, Step};
use crate::progress::Task;
use crate::reason;
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
    let task = match plan.step {
        Step::Nothing => {
            let state = plan.standing.clone().ok_or_else(|| Failure::new(format!("stack {} is gone", plan.name)))?;
            return Ok(Applied { state, changed: false });
        }
        Step::Create | Step::Recreate => Task::start(&format!("creating {}", plan.name)),
        Step::Update => Task::start(&format!("updating {}", plan.name)),
    };
    if let (Step::Recreate, Some(remains)) = (plan.step, &plan.standing) {
        delete(session, remains, &task).await?;
    }
    let request = ChangeSetRequest {
        stack: plan.name.clone(),
        name: change_set_name(plan),
        creates: plan.step != Step::Update,
        template: plan.body.clone(),
        parameters: plan.parameters.clone(),
        tags: tags.clone(),
        capabilities: plan.template.capabilities(),
    };
    let Some(change_set) = prepared(session, &request).await? else {
        let state = standing(session, &plan.name).await?;
        return Ok(Applied { state, changed: false });
    };
    if let Err(refused) = stateful::guard(session.stage.name.as_str(), &plan.name, &change_set.changes, may_go) {
        // Left behind, it could be executed by hand.
        let _ = session.cloud.delete_change_set(&plan.name, &request.name).await;
        return Err(refused);
    }
    let failing = |error: &CloudError| stopped(session, &plan.name, error);
    let mut follower = Follower::from_now(&session.cloud, &change_set.stack_id).await.map_err(|e| failing(&e))?;
    session.cloud.execute_change_set(&plan.name, &request.name).await.map_err(|e| failing(&e))?;
    let (state, failures) =
        follow(&session.cloud, &mut follower, session.pace(), &task).await.map_err(|e| failing(&e))?;
    let Some(state) = state else {
        return Err(Failure::new(format!("stack {} was deleted while it was being deployed", plan.name)));
    };
    if state.status.name() == "CREATE_COMPLETE" || state.status.name() == "UPDATE_COMPLETE" {
        return Ok(Applied { state, changed: true });
    }
    Err(failed(session, &state, &failures))
}

/// Deletes a stack and waits until it is gone.
pub(crate) async fn delete<C: Cloud>(session: &Session<C>, stack: &StackState, task: &Task) -> Outcome {
    let failing = |error: &CloudError| stopped(session, &stack.name, error);
    let mut follower = Follower::from_now(&session.cloud, &stack.id).await.map_err(|e| failing(&e))?;
    let token = format!("delete-{}", short_hash(&[stack.id.as_bytes()]));
    session.cloud.delete_stack(&stack.id, &token).await.map_err(|e| failing(&e))?;
    let (state, failures) =
        follow(&session.cloud, &mut follower, session.pace(), task).await.map_err(|e| failing(&e))?;
    match state {
        Some(state) if state.status.standing() != Standing::Absent => Err(failed(session, &state, &failures)),
        _ => Ok(()),
    }
}

/// A change set that can be executed; `None` where AWS sees nothing to change.
async fn prepared<C: Cloud>(session: &Session<C>, request: &ChangeSetRequest) -> Outcome<Option<ChangeSet>> {
    let what = || format!("cannot prepare the change of stack {}", request.stack);
    let (cloud, stack, name) = (&session.cloud, &request.stack, &request.name);
    let made = match cloud.create_change_set(request).await {
        // An earlier run made it and was interrupted. The same name is the same content: it is used if it still can be.
        Err(error) if error.fault == Fault::Exists => {
            let left = settled(session, request).await.failing(what)?;
            if left.state == ChangeSetState::Ready {
                return Ok(Some(left));
            }
            cloud.delete_change_set(stack, name).await.failing(what)?;
            cloud.create_change_set(request).await
        }
        made => made,
    };
    made.failing(what)?;
    let change_set = settled(session, request).await.failing(what)?;
    let refusal = match &change_set.state {
        ChangeSetState::Ready | ChangeSetState::Pending => return Ok(Some(change_set)),
        ChangeSetState::Empty => None,
        ChangeSetState::Failed(reason) => Some(reason),
    };
    // Left behind, it would stand in the way of the next one of this name.
    let _ = cloud.delete_change_set(stack, name).await;
    let Some(reason) = refusal else { return Ok(None) };
    let failure = Failure::new(what()).since(reason);
    Err(match reason::remedy(reason) {
        Some(remedy) => failure.hint(remedy),
        None => failure.hint("correct the stage file or the template, and deploy again"),
    })
}

async fn settled<C: Cloud>(session: &Session<C>, request: &ChangeSetRequest) -> Answer<ChangeSet> {
    loop {
        let change_set = session.cloud.change_set(&request.stack, &request.name).await?;
        if change_set.state != ChangeSetState::Pending {
            return Ok(change_set);
        }
        tokio::time::sleep(session.pace()).await;
    }
}

async fn standing<C: Cloud>(session: &Session<C>, name: &str) -> Outcome<StackState> {
    let state = session.cloud.stack(name).await.failing(|| format!("cannot look at stack {name}"))?;
    state.ok_or_else(|| Failure::new(format!("stack {name} is gone")))
}

/// Names a change set by what it holds, so that asking again after a lost reply asks for the same one.
fn change_set_name(plan: &StackPlan) -> String {
    let parameters: Vec<_> = plan.parameters.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
    let stands_on = plan.standing.as_ref().map_or("", |standing| standing.id.as_str());
    format!("millrace-{}", short_hash(&[stands_on.as_bytes(), plan.body.as_bytes(), parameters.concat().as_bytes()]))
}

fn short_hash(parts: &[&[u8]]) -> String {
    crate::hash::hex(parts)[..24].to_owned()
}

/// We cannot follow any longer; the operation itself may well go on.
fn stopped<C>(session: &Session<C>, stack: &str, error: &CloudError) -> Failure {
    let stage = &session.stage.name;
    let failure = Failure::new(format!("stage {stage}: lost sight of stack {stack}")).because(error);
    match error.fault {
        Fault::Expired => failure
            .hint("what was begun goes on in AWS: sign in again and run the same command to follow it")
            .exit(Exit::StillRunning),
        Fault::Denied => match reason::remedy(&error.message) {
            Some(remedy) => failure.hint(remedy),
            None => failure.hint(format!("allow the caller {}", error.call)),
        },
        _ => failure.hint(format!("run the same command again, or look: cargo xtask status --stage {stage}")),
    }
}

fn failed<C>(session: &Session<C>, ended: &StackState, failures: &[Event]) -> Failure {
    let (stage, name, status) = (&session.stage.name, &ended.name, ended.status.name());
    let mut failure = Failure::new(format!("stage {stage}: stack {name} ended as {status}"));
    match reason::root_cause(failures) {
        Some(cause) => {
            let reason = cause.reason.as_deref().unwrap_or("AWS gives no reason");
            failure = failure.since(format!("{} ({}): {reason}", cause.logical_id, cause.kind));
            if let Some(remedy) = reason::remedy(reason) {
                failure = failure.hint(remedy);
            }
        }
        None => failure = failure.since(ended.reason.as_deref().unwrap_or("AWS gives no reason")),
    }
    failure.hint(format!("after mending it: cargo xtask deploy --stage {stage}"))
}
