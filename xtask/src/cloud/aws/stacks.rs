//! CloudFormation's side of the port.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, ChangeAction as SdkAction, ChangeSetStatus, ChangeSetType, ExecutionStatus, Parameter, Replacement,
    Tag, TemplateStage,
};

use super::error::told;
use crate::cloud::{
    Answer, Change, ChangeAction, ChangeSet, ChangeSetRequest, ChangeSetState, CloudError, Event, Fault, Resource,
    StackState, StackStatus,
};

pub(super) async fn describe(client: &Client, name_or_id: &str) -> Answer<Option<StackState>> {
    let call = "cloudformation:DescribeStacks";
    let found = match client.describe_stacks().stack_name(name_or_id).send().await.map_err(told(call)) {
        Ok(found) => found.stacks.unwrap_or_default().into_iter().next(),
        Err(error) if error.fault == Fault::NotFound => None,
        Err(error) => return Err(error),
    };
    let Some(stack) = found else { return Ok(None) };
    let status = stack.stack_status.as_ref().map_or("", |status| status.as_str());
    let Some(status) = StackStatus::named(status) else {
        let message = format!("stack {name_or_id} has the status '{status}', which this version does not know");
        return Err(CloudError { call, fault: Fault::Other, message });
    };
    let parameters = stack.parameters.unwrap_or_default().into_iter();
    let outputs = stack.outputs.unwrap_or_default().into_iter();
    Ok(Some(StackState {
        id: stack.stack_id.unwrap_or_default(),
        name: stack.stack_name.unwrap_or_default(),
        status,
        reason: stack.stack_status_reason.filter(|reason| !reason.is_empty()),
        parameters: parameters.filter_map(|p| Some((p.parameter_key?, p.parameter_value?))).collect(),
        outputs: outputs.filter_map(|o| Some((o.output_key?, o.output_value?))).collect(),
    }))
}

pub(super) async fn template(client: &Client, stack: &str) -> Answer<String> {
    let call = client.get_template().stack_name(stack).template_stage(TemplateStage::Original);
    let answer = call.send().await.map_err(told("cloudformation:GetTemplate"))?;
    Ok(answer.template_body.unwrap_or_default())
}

pub(super) async fn resources(client: &Client, stack: &str) -> Answer<Vec<Resource>> {
    let mut all = Vec::new();
    let mut page = None;
    loop {
        let call = client.list_stack_resources().stack_name(stack).set_next_token(page);
        let answer = call.send().await.map_err(told("cloudformation:ListStackResources"))?;
        all.extend(answer.stack_resource_summaries.unwrap_or_default().into_iter().map(|resource| Resource {
            logical_id: resource.logical_resource_id.unwrap_or_default(),
            physical_id: resource.physical_resource_id.unwrap_or_default(),
            kind: resource.resource_type.unwrap_or_default(),
            status: resource.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reason: resource.resource_status_reason.filter(|reason| !reason.is_empty()),
        }));
        page = answer.next_token;
        if page.is_none() {
            return Ok(all);
        }
    }
}

pub(super) async fn events(
    client: &Client,
    stack_id: &str,
    page: Option<String>,
) -> Answer<(Vec<Event>, Option<String>)> {
    let call = client.describe_stack_events().stack_name(stack_id).set_next_token(page);
    let answer = call.send().await.map_err(told("cloudformation:DescribeStackEvents"))?;
    let events = answer.stack_events.unwrap_or_default().into_iter().map(|event| Event {
        id: event.event_id.unwrap_or_default(),
        logical_id: event.logical_resource_id.unwrap_or_default(),
        kind: event.resource_type.unwrap_or_default(),
        status: event.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: event.resource_status_reason.filter(|reason| !reason.is_empty()),
        token: event.client_request_token,
    });
    Ok((events.collect(), answer.next_token))
}

pub(super) async fn create_change_set(client: &Client, request: &ChangeSetRequest) -> Answer {
    let parameters = request.parameters.iter();
    let tags = request.tags.iter();
    let kind = if request.creates { ChangeSetType::Create } else { ChangeSetType::Update };
    let capabilities = request.capabilities.iter().map(|capability| Capability::from(*capability)).collect();
    let call = client
        .create_change_set()
        .stack_name(&request.stack)
        .change_set_name(&request.name)
        .change_set_type(kind)
        .template_body(&request.template)
        .set_parameters(Some(
            parameters
                .map(|(key, value)| Parameter::builder().parameter_key(key).parameter_value(value).build())
                .collect(),
        ))
        .set_tags(Some(tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()))
        .set_capabilities(Some(capabilities))
        // What a deleted stack kept has the names that this one takes: it is taken in, with its data.
        .import_existing_resources(request.creates);
    call.send().await.map(drop).map_err(told("cloudformation:CreateChangeSet"))
}

pub(super) async fn change_set(client: &Client, stack: &str, name: &str) -> Answer<ChangeSet> {
    let mut changes = Vec::new();
    let mut page = None;
    loop {
        let call = client.describe_change_set().stack_name(stack).change_set_name(name).set_next_token(page);
        let answer = call.send().await.map_err(told("cloudformation:DescribeChangeSet"))?;
        changes.extend(answer.changes.unwrap_or_default().into_iter().filter_map(change));
        page = answer.next_token;
        if page.is_some() {
            continue;
        }
        let reason = answer.status_reason.unwrap_or_default();
        let state = match answer.status {
            Some(ChangeSetStatus::CreateComplete) => match answer.execution_status {
                Some(ExecutionStatus::Available) | None => ChangeSetState::Ready,
                Some(_) => ChangeSetState::Stale,
            },
            Some(ChangeSetStatus::Failed) if says_no_change(&reason) => ChangeSetState::Empty,
            Some(ChangeSetStatus::Failed) => ChangeSetState::Failed(reason),
            Some(ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress) | None => ChangeSetState::Pending,
            Some(other) => ChangeSetState::Failed(format!("the change set is {}", other.as_str())),
        };
        return Ok(ChangeSet { name: name.to_owned(), stack_id: answer.stack_id.unwrap_or_default(), state, changes });
    }
}

fn change(change: aws_sdk_cloudformation::types::Change) -> Option<Change> {
    let resource = change.resource_change?;
    let action = match (resource.action?, resource.replacement) {
        (SdkAction::Add | SdkAction::Import, _) => ChangeAction::Add,
        (SdkAction::Remove, _) => ChangeAction::Remove,
        (_, Some(Replacement::True | Replacement::Conditional)) => ChangeAction::Replace,
        _ => ChangeAction::Modify,
    };
    Some(Change {
        logical_id: resource.logical_resource_id.unwrap_or_default(),
        kind: resource.resource_type.unwrap_or_default(),
        action,
    })
}

/// CloudFormation has two ways to say that a change set is empty, and no code for either.
fn says_no_change(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}
