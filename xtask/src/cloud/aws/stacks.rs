//! CloudFormation's side of the port: stacks as they stand.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types::{Stack, TemplateStage};
use engine::cloud::{Answer, CloudError, Event, Fault, Resource, StackState, StackStatus};
use std::time::Duration;

use super::error::told;

const DESCRIBE: &str = "cloudformation:DescribeStacks";

pub(super) async fn describe(client: &Client, name_or_id: &str) -> Answer<Option<StackState>> {
    let found = match client.describe_stacks().stack_name(name_or_id).send().await.map_err(told(DESCRIBE)) {
        Ok(found) => found.stacks.unwrap_or_default().into_iter().next(),
        Err(error) if error.fault == Fault::NotFound => None,
        Err(error) => return Err(error),
    };
    found.map(state).transpose()
}

pub(super) async fn all(client: &Client) -> Answer<Vec<StackState>> {
    let mut all = Vec::new();
    let mut page = None;
    loop {
        let answer = client.describe_stacks().set_next_token(page).send().await.map_err(told(DESCRIBE))?;
        // A stack of somebody else's may be in a status that came after us.
        all.extend(answer.stacks.unwrap_or_default().into_iter().filter_map(|stack| state(stack).ok()));
        page = answer.next_token;
        if page.is_none() {
            return Ok(all);
        }
    }
}

fn state(stack: Stack) -> Answer<StackState> {
    let status = stack.stack_status.as_ref().map_or("", |status| status.as_str());
    let name = stack.stack_name.unwrap_or_default();
    let Some(status) = StackStatus::named(status) else {
        let message = format!("stack {name} has the status '{status}', which this version does not know");
        return Err(CloudError { call: DESCRIBE, fault: Fault::Other, message });
    };
    let parameters = stack.parameters.unwrap_or_default().into_iter();
    let outputs = stack.outputs.unwrap_or_default().into_iter();
    let tags = stack.tags.unwrap_or_default().into_iter();
    Ok(StackState {
        id: stack.stack_id.unwrap_or_default(),
        name,
        status,
        reason: stack.stack_status_reason.filter(|reason| !reason.is_empty()),
        parameters: parameters.filter_map(|p| Some((p.parameter_key?, p.parameter_value?))).collect(),
        outputs: outputs.filter_map(|o| Some((o.output_key?, o.output_value?))).collect(),
        tags: tags.filter_map(|t| Some((t.key?, t.value?))).collect(),
        protected: stack.enable_termination_protection.unwrap_or_default(),
        changed: stack.last_updated_time.or(stack.creation_time).map(|time| time.to_string()).unwrap_or_default(),
    })
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
        physical_id: event.physical_resource_id.unwrap_or_default(),
        kind: event.resource_type.unwrap_or_default(),
        status: event.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: event.resource_status_reason.filter(|reason| !reason.is_empty()),
        token: event.client_request_token,
        at: event.timestamp.map(since_epoch).unwrap_or_default(),
    });
    Ok((events.collect(), answer.next_token))
}

pub(super) async fn importers(client: &Client, export: &str) -> Answer<Vec<String>> {
    let mut all = Vec::new();
    let mut page = None;
    loop {
        let call = client.list_imports().export_name(export).set_next_token(page);
        let answer = match call.send().await.map_err(told("cloudformation:ListImports")) {
            Ok(answer) => answer,
            // That nobody imports it is an error of its own, known by its sentence alone.
            Err(error) if error.fault == Fault::NotFound || error.message.contains("is not imported by any stack") => {
                return Ok(all);
            }
            Err(error) => return Err(error),
        };
        all.extend(answer.imports.unwrap_or_default());
        page = answer.next_token;
        if page.is_none() {
            return Ok(all);
        }
    }
}

fn since_epoch(time: DateTime) -> Duration {
    Duration::new(u64::try_from(time.secs()).unwrap_or_default(), time.subsec_nanos())
}
