//! Change sets: made from a plan, waited for, and made anew where one was left that is of no use.

use std::collections::BTreeMap;
use tokio::time::Instant;

use crate::cloud::{Answer, ChangeSet, ChangeSetRequest, ChangeSetState, Cloud, Fault};
use crate::failure::{Failure, Outcome};
use crate::hash;
use crate::plan::{StackPlan, Step};
use crate::reason;
use crate::refusal::Asked;
use crate::session::Session;

/// What CloudFormation takes inline.
const MAX_INLINE_BYTES: usize = 51_200;

/// How many change sets of the same content may have been left behind.
const MOST_LEFT: u32 = 20;

/// How long CloudFormation may think about a change.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(5);

/// Asks for what was planned. The name is the content, so that asking again after a lost reply asks for the same.
fn request(plan: &StackPlan, tags: &BTreeMap<String, String>) -> ChangeSetRequest {
    let capabilities = plan.template.capabilities();
    let stands_on = plan.standing.as_ref().map_or("", |standing| standing.id.as_str());
    let settings = format!("{:?}{tags:?}{capabilities:?}", plan.parameters);
    let content = [stands_on, &plan.body, &settings].map(str::as_bytes);
    ChangeSetRequest {
        stack: plan.name.clone(),
        name: format!("millrace-{}", &hash::hex(&content)[..24]),
        creates: plan.step != Step::Update,
        template: plan.body.clone(),
        parameters: plan.parameters.clone(),
        tags: tags.clone(),
        capabilities,
    }
}

/// A change set that can be executed; `None` where AWS sees nothing to change.
pub(crate) async fn prepare<C: Cloud>(
    session: &Session<C>,
    plan: &StackPlan,
    tags: &BTreeMap<String, String>,
) -> Outcome<Option<ChangeSet>> {
    let what = || format!("cannot prepare the change of stack {}", plan.name);
    if plan.body.len() > MAX_INLINE_BYTES {
        let bytes = plan.body.len();
        return Err(Failure::new(what())
            .since(format!("its template has {bytes} bytes; {MAX_INLINE_BYTES} are taken without a bucket"))
            .hint("split the stage: fewer pipelines in one stage give smaller templates"));
    }
    let mut request = request(plan, tags);
    let name = request.name.clone();
    let mut made = session.cloud.create_change_set(&request).await;
    for another in 2..=MOST_LEFT {
        if !made.as_ref().is_err_and(|error| error.fault == Fault::Exists) {
            break;
        }
        // An earlier run made it, and was interrupted before it was executed, or was overtaken.
        if let Some(left) = left(session, plan, &request).await {
            return Ok(Some(left));
        }
        request.name = format!("{name}-{another}");
        made = session.cloud.create_change_set(&request).await;
    }
    made.asked(what)?;
    let change_set = settled(session, &request).await.asked(what)?;
    let refusal = match &change_set.state {
        ChangeSetState::Ready => return Ok(Some(change_set)),
        ChangeSetState::Empty => None,
        ChangeSetState::Pending => Some("CloudFormation has not finished thinking about it"),
        ChangeSetState::Stale => Some("something else changed the stack meanwhile"),
        ChangeSetState::Failed(reason) => Some(reason.as_str()),
    };
    // Left behind, it would stand in the way of the next one of this name.
    let _ = session.cloud.delete_change_set(&request.stack, &request.name).await;
    let Some(reason) = refusal else { return Ok(None) };
    let remedy = reason::remedy(reason).unwrap_or_else(|| {
        "if it is not plain from this, look at the stack's change sets in the console; then deploy again".to_owned()
    });
    Err(Failure::new(what()).since(reason).hint(remedy))
}

/// A change set of this name that is there already, if it can still be executed. The same name is the same content; but
/// it may have been executed since, or belong to a stack of this name that is gone.
async fn left<C: Cloud>(session: &Session<C>, plan: &StackPlan, request: &ChangeSetRequest) -> Option<ChangeSet> {
    let stands = &plan.standing.as_ref()?.id;
    let left = settled(session, request).await.ok()?;
    (left.state == ChangeSetState::Ready && left.stack_id == *stands).then_some(left)
}

/// Waits until CloudFormation knows what the change set would do.
async fn settled<C: Cloud>(session: &Session<C>, request: &ChangeSetRequest) -> Answer<ChangeSet> {
    let until = Instant::now() + PATIENCE;
    loop {
        let change_set = session.cloud.change_set(&request.stack, &request.name).await?;
        if change_set.state != ChangeSetState::Pending || Instant::now() > until {
            return Ok(change_set);
        }
        tokio::time::sleep(session.pace()).await;
    }
}
