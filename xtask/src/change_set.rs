//! Change sets: made from a plan, waited for, and made anew where one was left that is of no use.

use std::collections::BTreeMap;
use tokio::time::Instant;

use crate::cloud::{ChangeSet, ChangeSetRequest, ChangeSetState, Cloud, Fault};
use crate::failure::{Failure, Outcome};
use crate::hash;
use crate::plan::{StackPlan, Step};
use crate::reason;
use crate::refusal::Asked;
use crate::session::Session;

/// What CloudFormation takes inline.
const MAX_INLINE_BYTES: usize = 51_200;

/// How long CloudFormation may think about a change.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(5);

/// Asks for what was planned. The name is the content, so that asking again after a lost reply asks for the same.
pub(crate) fn request(plan: &StackPlan, tags: &BTreeMap<String, String>) -> ChangeSetRequest {
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
pub(crate) async fn prepare<C: Cloud>(session: &Session<C>, request: &ChangeSetRequest) -> Outcome<Option<ChangeSet>> {
    let what = || format!("cannot prepare the change of stack {}", request.stack);
    if request.template.len() > MAX_INLINE_BYTES {
        let bytes = request.template.len();
        return Err(Failure::new(what())
            .since(format!("its template has {bytes} bytes; {MAX_INLINE_BYTES} are taken without a bucket"))
            .hint("split the stage: fewer pipelines in one stage give smaller templates"));
    }
    let (cloud, stack, name) = (&session.cloud, &request.stack, &request.name);
    let made = match cloud.create_change_set(request).await {
        // An earlier run made it and was interrupted. The same name is the same content: it is used if it still can be.
        Err(error) if error.fault == Fault::Exists => {
            let left = settled(session, request).await?;
            if left.state == ChangeSetState::Ready {
                return Ok(Some(left));
            }
            cloud.delete_change_set(stack, name).await.asked(what)?;
            cloud.create_change_set(request).await
        }
        made => made,
    };
    made.asked(what)?;
    let change_set = settled(session, request).await?;
    let refusal = match &change_set.state {
        ChangeSetState::Ready => return Ok(Some(change_set)),
        ChangeSetState::Empty => None,
        ChangeSetState::Pending => Some("CloudFormation has not finished thinking about it"),
        ChangeSetState::Stale => Some("something else changed the stack meanwhile"),
        ChangeSetState::Failed(reason) => Some(reason.as_str()),
    };
    // Left behind, it would stand in the way of the next one of this name.
    let _ = cloud.delete_change_set(stack, name).await;
    let Some(reason) = refusal else { return Ok(None) };
    let remedy = reason::remedy(reason).unwrap_or_else(|| {
        "if it is not plain from this, look at the stack's change sets in the console; then deploy again".to_owned()
    });
    Err(Failure::new(what()).since(reason).hint(remedy))
}

/// Waits until CloudFormation knows what the change set would do.
async fn settled<C: Cloud>(session: &Session<C>, request: &ChangeSetRequest) -> Outcome<ChangeSet> {
    let until = Instant::now() + PATIENCE;
    loop {
        let change_set = session.cloud.change_set(&request.stack, &request.name).await;
        let change_set =
            change_set.asked(|| format!("cannot read change set {} of {}", request.name, request.stack))?;
        if change_set.state != ChangeSetState::Pending || Instant::now() > until {
            return Ok(change_set);
        }
        tokio::time::sleep(session.pace()).await;
    }
}
