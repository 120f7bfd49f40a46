//! CloudFormation's side of the port: change sets.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{
    Capability, ChangeAction as SdkAction, ChangeSetStatus, ChangeSetType, DeploymentConfig, DeploymentConfigMode,
    EventFilter, EventType, ExecutionStatus, HookFailureMode, OperationEvent, Parameter, Replacement, Tag,
};
use engine::cloud::{Answer, Body, Change, ChangeAction, ChangeSet, ChangeSetRequest, ChangeSetState};

use super::error::told;
use super::place::Place;

pub(super) async fn create(client: &Client, place: &Place, request: &ChangeSetRequest) -> Answer {
    let parameters = request.parameters.iter();
    let tags = request.tags.iter();
    let kind = if request.creates { ChangeSetType::Create } else { ChangeSetType::Update };
    let capabilities = request.capabilities.iter().map(|capability| Capability::from(*capability)).collect();
    let express = || DeploymentConfig::builder().mode(DeploymentConfigMode::Express).build();
    let call = client
        .create_change_set()
        .stack_name(&request.stack)
        .change_set_name(&request.name)
        .change_set_type(kind)
        .set_parameters(Some(
            parameters
                .map(|(key, value)| Parameter::builder().parameter_key(key).parameter_value(value).build())
                .collect(),
        ))
        .set_tags(Some(tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()))
        .set_capabilities(Some(capabilities))
        .set_role_arn(request.role.clone())
        .set_deployment_config(request.express.then(express))
        // What a deleted stack kept has the names that this one takes: it is taken in, with its data.
        .import_existing_resources(request.creates);
    let call = match &request.template {
        Body::Inline(text) => call.template_body(text),
        Body::Stored { bucket, key } => call.template_url(place.url(bucket, key)),
    };
    call.send().await.map(drop).map_err(told("cloudformation:CreateChangeSet"))
}

pub(super) async fn describe(client: &Client, stack: &str, name: &str) -> Answer<ChangeSet> {
    let mut changes = Vec::new();
    let mut page = None;
    loop {
        let call = client.describe_change_set().stack_name(stack).change_set_name(name).set_next_token(page);
        let mut answer = call.send().await.map_err(told("cloudformation:DescribeChangeSet"))?;
        changes.extend(answer.changes.take().unwrap_or_default().into_iter().filter_map(change));
        page = answer.next_token.take();
        if page.is_some() {
            continue;
        }
        let mut state = state(&answer);
        if let ChangeSetState::Failed(reason) = &mut state
            && reason.contains("DescribeEvents")
            && let Some(id) = &answer.change_set_id
        {
            // Who may not ask is left with what CloudFormation said first.
            let invalid = invalid(client, id).await.unwrap_or_default();
            if !invalid.is_empty() {
                *reason = invalid.join("\n");
            }
        }
        return Ok(ChangeSet { name: name.to_owned(), stack_id: answer.stack_id.unwrap_or_default(), state, changes });
    }
}

pub(super) async fn execute(client: &Client, stack: &str, name: &str, token: &str, keep_failed: bool) -> Answer {
    let call = client.execute_change_set().stack_name(stack).change_set_name(name).client_request_token(token);
    let call = call.set_disable_rollback(keep_failed.then_some(true));
    call.send().await.map(drop).map_err(told("cloudformation:ExecuteChangeSet"))
}

pub(super) async fn delete(client: &Client, stack: &str, name: &str) -> Answer {
    let call = client.delete_change_set().stack_name(stack).change_set_name(name);
    call.send().await.map(drop).map_err(told("cloudformation:DeleteChangeSet"))
}

fn state(answer: &DescribeChangeSetOutput) -> ChangeSetState {
    let reason = answer.status_reason.as_deref().unwrap_or_default();
    match &answer.status {
        Some(ChangeSetStatus::CreateComplete) => match answer.execution_status {
            Some(ExecutionStatus::Available) | None => ChangeSetState::Ready,
            Some(_) => ChangeSetState::Stale,
        },
        Some(ChangeSetStatus::Failed) if says_no_change(reason) => ChangeSetState::Empty,
        Some(ChangeSetStatus::Failed) => ChangeSetState::Failed(reason.to_owned()),
        Some(ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress) | None => ChangeSetState::Pending,
        Some(other) => ChangeSetState::Failed(format!("the change set is {other}")),
    }
}

/// CloudFormation has two ways to say that a change set is empty, and no code for either.
fn says_no_change(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

fn change(change: aws_sdk_cloudformation::types::Change) -> Option<Change> {
    let resource = change.resource_change?;
    let action = match (resource.action?, resource.replacement) {
        (SdkAction::Add | SdkAction::Import, _) => ChangeAction::Add,
        (SdkAction::Remove, _) => ChangeAction::Remove,
        (_, Some(Replacement::True)) => ChangeAction::Replace,
        (_, Some(Replacement::Conditional)) => ChangeAction::MayReplace,
        _ => ChangeAction::Modify,
    };
    Some(Change {
        logical_id: resource.logical_resource_id.unwrap_or_default(),
        kind: resource.resource_type.unwrap_or_default(),
        action,
    })
}

/// What CloudFormation found wrong with a change set before any change. It has to be asked for by ARN.
async fn invalid(client: &Client, change_set_id: &str) -> Answer<Vec<String>> {
    let mut all = Vec::new();
    let mut page = None;
    loop {
        let failed = EventFilter::builder().failed_events(true).build();
        let call = client.describe_events().change_set_name(change_set_id).filters(failed).set_next_token(page);
        let answer = call.send().await.map_err(told("cloudformation:DescribeEvents"))?;
        all.extend(answer.operation_events.unwrap_or_default().into_iter().filter_map(failed_validation));
        page = answer.next_token;
        if page.is_none() {
            // The history is newest first, and a resource's faults read better in the template's order.
            all.reverse();
            return Ok(all);
        }
    }
}

fn failed_validation(event: OperationEvent) -> Option<String> {
    // A warning does not fail a change set.
    if event.event_type != Some(EventType::ValidationError)
        || event.validation_failure_mode == Some(HookFailureMode::Warn)
    {
        return None;
    }
    let reason = event.validation_status_reason.or(event.validation_name)?;
    let what = event.logical_resource_id.unwrap_or_else(|| "the template".to_owned());
    Some(match event.validation_path.filter(|path| !path.is_empty()) {
        Some(path) => format!("{what} ({path}): {reason}"),
        None => format!("{what}: {reason}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_validation_is_one_line() {
        let event = OperationEvent::builder()
            .event_type(EventType::ValidationError)
            .logical_resource_id("Bucket")
            .validation_status_reason("already exists");
        let path = "/Resources/Bucket/Properties/BucketName";
        let line = failed_validation(event.clone().validation_path(path).build());
        assert_eq!(line.as_deref(), Some("Bucket (/Resources/Bucket/Properties/BucketName): already exists"));
        assert_eq!(failed_validation(event.clone().build()).as_deref(), Some("Bucket: already exists"));
        let warning = event.clone().validation_failure_mode(HookFailureMode::Warn).build();
        assert_eq!(failed_validation(warning), None);
        assert_eq!(failed_validation(event.event_type(EventType::StackEvent).build()), None);
    }

    #[test]
    fn a_change_set_is_empty_in_two_wordings() {
        let failed = |reason: &str| {
            state(&DescribeChangeSetOutput::builder().status(ChangeSetStatus::Failed).status_reason(reason).build())
        };
        let first = "The submitted information didn't contain changes. Submit different information.";
        assert_eq!(failed(first), ChangeSetState::Empty);
        assert_eq!(failed("No updates are to be performed."), ChangeSetState::Empty);
        assert_eq!(failed("Export x is in use"), ChangeSetState::Failed("Export x is in use".to_owned()));
    }
}
