//! Step Functions: executions of a state machine.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::ExecutionStatus;
use engine::cloud::Answer;

use super::error::told;

/// What became of an execution, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Execution {
    pub(crate) is_running: bool,
    pub(crate) has_succeeded: bool,
    /// As AWS words it, such as `TIMED_OUT`.
    pub(crate) status: String,
    pub(crate) error: String,
    pub(crate) cause: String,
}

/// Begins an execution under a name, and answers with its ARN. One of the same name and input is not begun twice.
pub(super) async fn start(client: &Client, machine: &str, name: &str, input: &str) -> Answer<String> {
    let call = client.start_execution().state_machine_arn(machine).name(name).input(input);
    Ok(call.send().await.map_err(told("states:StartExecution"))?.execution_arn)
}

pub(super) async fn execution(client: &Client, arn: &str) -> Answer<Execution> {
    let told_of = client.describe_execution().execution_arn(arn).send().await;
    let told_of = told_of.map_err(told("states:DescribeExecution"))?;
    Ok(Execution {
        is_running: told_of.status == ExecutionStatus::Running,
        has_succeeded: told_of.status == ExecutionStatus::Succeeded,
        status: told_of.status.as_str().to_owned(),
        error: told_of.error.unwrap_or_default(),
        cause: told_of.cause.unwrap_or_default(),
    })
}

/// The names of the states that an execution has been in, in their order.
pub(super) async fn entered(client: &Client, arn: &str) -> Answer<Vec<String>> {
    let mut names = Vec::new();
    let mut page = None;
    loop {
        let call = client.get_execution_history().execution_arn(arn).set_next_token(page);
        let history = call.send().await.map_err(told("states:GetExecutionHistory"))?;
        let entered = history.events.into_iter().filter_map(|event| event.state_entered_event_details);
        names.extend(entered.map(|entered| entered.name));
        page = history.next_token.filter(|token| !token.is_empty());
        if page.is_none() {
            return Ok(names);
        }
    }
}
