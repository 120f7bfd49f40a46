//! Change sets: made from a plan, waited for, and made anew where one was left that is of no use.

use std::time::Duration;

use super::bring::overtaken;
use crate::cloud::{Answer, Body, ChangeSet, ChangeSetRequest, ChangeSetState, Cloud, Content, Fault};
use crate::engine::Engine;
use crate::failure::{Failure, Outcome};
use crate::hash;
use crate::plan::{StackPlan, Step};
use crate::reason;
use crate::refusal::Asked;

/// What CloudFormation takes inline, and what it takes at all.
const MOST_INLINE_BYTES: usize = 51_200;
const MOST_BYTES: usize = 1_000_000;

/// How many change sets of the same content may have been left behind.
const MOST_LEFT: u32 = 20;

/// How long CloudFormation may think about a change.
const PATIENCE: Duration = Duration::from_mins(5);

/// A change set that can be executed; `None` where AWS sees nothing to change. `creates` where there is no stack that has
/// ever been executed.
pub(super) async fn prepare<C: Cloud>(
    engine: &Engine<'_, C>,
    plan: &StackPlan,
    creates: bool,
    stands_on: &str,
) -> Outcome<Option<ChangeSet>> {
    let what = || format!("cannot prepare the change of stack {}", plan.name);
    let cloud = &engine.cloud;
    let mut request = request(engine, plan, creates, stands_on).await?;
    let name = request.name.clone();
    let mut made = cloud.create_change_set(&request).await;
    for another in 2..=MOST_LEFT {
        if !made.as_ref().is_err_and(|error| error.fault == Fault::Exists) {
            break;
        }
        // An earlier run made it, and was interrupted before it was executed, or was overtaken.
        if let Some(left) = left(engine, &request).await {
            return Ok(Some(left));
        }
        request.name = format!("{name}-{another}");
        made = cloud.create_change_set(&request).await;
    }
    made.asked(what)?;
    let change_set = settled(engine, &request).await.asked(what)?;
    let refusal = match &change_set.state {
        ChangeSetState::Ready => return Ok(Some(change_set)),
        ChangeSetState::Empty => None,
        ChangeSetState::Pending => Some("CloudFormation has not finished thinking about it"),
        ChangeSetState::Stale => Some("the stack has changed meanwhile"),
        ChangeSetState::Failed(reason) => Some(reason.as_str()),
    };
    // Left behind, it would stand in the way of the next one of this name.
    let _ = cloud.delete_change_set(&request.stack, &request.name).await;
    let Some(reason) = refusal else { return Ok(None) };
    if change_set.state == ChangeSetState::Stale {
        return Err(overtaken(&engine.target.stage, plan));
    }
    let remedy = reason::remedy(reason).unwrap_or_else(|| {
        "if it is not plain from this, look at the stack's change sets in the console; then deploy again".to_owned()
    });
    Err(Failure::new(what()).since(reason).hint(remedy))
}

/// Asks for what was planned. The name is the content, so that asking again after a lost reply asks for the same.
async fn request<C: Cloud>(
    engine: &Engine<'_, C>,
    plan: &StackPlan,
    creates: bool,
    stands_on: &str,
) -> Outcome<ChangeSetRequest> {
    let wanted = &plan.wanted;
    let capabilities = wanted.template.capabilities();
    let role = engine.target.role().unwrap_or_default();
    let settings = format!("{:?}{:?}{capabilities:?}{creates}{role}", wanted.parameters, wanted.tags);
    let content = [stands_on, &wanted.body, &settings].map(str::as_bytes);
    Ok(ChangeSetRequest {
        stack: plan.name.clone(),
        name: format!("millrace-{}", &hash::hex(&content)[..24]),
        creates,
        template: body(engine, plan).await?,
        parameters: wanted.parameters.clone(),
        tags: wanted.tags.clone(),
        capabilities,
        role: engine.target.role().map(str::to_owned),
        express: engine.target.express,
    })
}

/// The template itself, or where it is if it is too large to be sent along.
async fn body<C: Cloud>(engine: &Engine<'_, C>, plan: &StackPlan) -> Outcome<Body> {
    let text = &plan.wanted.body;
    if text.len() <= MOST_INLINE_BYTES {
        return Ok(Body::Inline(text.clone()));
    }
    let too_large = |cause: String| {
        Failure::invalid(format!("the template of stack {} is too large", plan.name))
            .since(cause)
            .hint("split the stage: fewer pipelines in one stage give smaller templates")
    };
    if text.len() > MOST_BYTES {
        return Err(too_large(format!("it has {} bytes; CloudFormation takes {MOST_BYTES}", text.len())));
    }
    let bucket = &engine.target.bucket;
    if plan.name == engine.target.bucket_stack && plan.action != Step::Update {
        return Err(too_large(format!(
            "it has {} bytes; {MOST_INLINE_BYTES} are taken without a bucket, and the bucket is in this stack",
            text.len()
        )));
    }
    let digest = hash::sha256(text.as_bytes());
    let key = format!("templates/{}/{}.yaml", plan.name, hash::in_hex(&digest));
    let sha256 = hash::in_base64(&digest);
    let there = engine.cloud.object_checksum(bucket, &key).await;
    let failing = || format!("cannot store the template of stack {} in bucket {bucket}", plan.name);
    if there.asked(failing)?.as_deref() != Some(&sha256) {
        engine.cloud.put_object(bucket, &key, Content::Text(text), &sha256).await.asked(failing)?;
    }
    Ok(Body::Stored { bucket: bucket.clone(), key })
}

/// A change set of this name that is there already, if it can still be executed. The same name is the same content; but
/// it may have been executed since, or belong to a stack of this name that is gone.
async fn left<C: Cloud>(engine: &Engine<'_, C>, request: &ChangeSetRequest) -> Option<ChangeSet> {
    let left = settled(engine, request).await.ok()?;
    let stands = engine.cloud.stack(&request.stack).await.ok()??;
    (left.state == ChangeSetState::Ready && left.stack_id == stands.id).then_some(left)
}

/// Waits until CloudFormation knows what the change set would do.
async fn settled<C: Cloud>(engine: &Engine<'_, C>, request: &ChangeSetRequest) -> Answer<ChangeSet> {
    let until = engine.cloud.now() + PATIENCE;
    loop {
        let change_set = engine.cloud.change_set(&request.stack, &request.name).await?;
        if change_set.state != ChangeSetState::Pending || engine.cloud.now() > until {
            return Ok(change_set);
        }
        engine.cloud.pause(engine.target.pace.poll).await;
    }
}
