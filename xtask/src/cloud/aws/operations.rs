//! CloudFormation's side of the port: operations on a stack other than change sets.

use aws_sdk_cloudformation::Client;
use engine::cloud::Answer;

use super::error::told;

pub(super) async fn delete(
    client: &Client,
    stack_id: &str,
    token: &str,
    retain: &[String],
    role: Option<&str>,
) -> Answer {
    let call = client.delete_stack().stack_name(stack_id).client_request_token(token);
    let call = call.set_retain_resources(some(retain)).set_role_arn(role.map(str::to_owned));
    call.send().await.map(drop).map_err(told("cloudformation:DeleteStack"))
}

pub(super) async fn cancel(client: &Client, stack_id: &str, token: &str) -> Answer {
    let call = client.cancel_update_stack().stack_name(stack_id).client_request_token(token);
    call.send().await.map(drop).map_err(told("cloudformation:CancelUpdateStack"))
}

pub(super) async fn continue_rollback(
    client: &Client,
    stack_id: &str,
    token: &str,
    skip: &[String],
    role: Option<&str>,
) -> Answer {
    let call = client.continue_update_rollback().stack_name(stack_id).client_request_token(token);
    let call = call.set_resources_to_skip(some(skip)).set_role_arn(role.map(str::to_owned));
    call.send().await.map(drop).map_err(told("cloudformation:ContinueUpdateRollback"))
}

/// An empty list is another request than none: AWS refuses it where no list is allowed at all.
fn some(names: &[String]) -> Option<Vec<String>> {
    (!names.is_empty()).then(|| names.to_vec())
}
