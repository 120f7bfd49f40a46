//! Step Functions: executions of a state machine.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::{ExecutionStatus, HistoryEvent};
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

/// The last executions of a state machine, whatever version they began with.
pub(super) async fn last(client: &Client, machine: &str, most: i32) -> Answer<Vec<watch::figures::Execution>> {
    let call = client.list_executions().state_machine_arn(machine).max_results(most);
    let answer = call.send().await.map_err(told("states:ListExecutions"))?;
    let execution = |item: aws_sdk_sfn::types::ExecutionListItem| watch::figures::Execution {
        name: item.execution_arn,
        status: item.status.as_str().to_owned(),
        begun: item.start_date.secs(),
    };
    Ok(answer.executions.into_iter().map(execution).collect())
}

/// One thing that an execution did.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) number: i64,
    pub(crate) at: i64,
    pub(crate) what: String,
    pub(crate) failed: bool,
    /// The run of a Spark job that it began.
    pub(crate) job_run: Option<String>,
}

/// All that an execution did so far.
pub(super) async fn history(client: &Client, arn: &str) -> Answer<Vec<Told>> {
    let mut all = Vec::new();
    let mut page = None;
    loop {
        let call = client.get_execution_history().execution_arn(arn).max_results(1000).set_next_token(page);
        let history = call.send().await.map_err(told("states:GetExecutionHistory"))?;
        all.extend(history.events.iter().map(happened));
        page = history.next_token.filter(|token| !token.is_empty());
        if page.is_none() {
            return Ok(all);
        }
    }
}

fn happened(event: &HistoryEvent) -> Told {
    let kind = event.r#type.as_str().to_owned();
    let entered = event.state_entered_event_details.as_ref().map(|details| details.name.clone());
    let left = event.state_exited_event_details.as_ref().map(|details| details.name.clone());
    let because = |error: Option<&String>, cause: Option<&String>| {
        [error, cause].into_iter().flatten().cloned().collect::<Vec<_>>().join(": ")
    };
    let failed = event.task_failed_event_details.as_ref().map(|it| because(it.error.as_ref(), it.cause.as_ref()));
    let failed = failed.or_else(|| {
        event.execution_failed_event_details.as_ref().map(|it| because(it.error.as_ref(), it.cause.as_ref()))
    });
    let output = event.task_submitted_event_details.as_ref().and_then(|details| details.output.as_deref());
    let output = output.and_then(|output| serde_json::from_str::<serde_json::Value>(output).ok());
    let about = entered.or(left).or_else(|| failed.clone()).unwrap_or_default();
    Told {
        number: event.id,
        at: event.timestamp.to_millis().unwrap_or_default(),
        failed: failed.is_some() || kind.ends_with("Failed") || kind.ends_with("TimedOut"),
        what: format!("{kind} {about}").trim_end().to_owned(),
        job_run: output.and_then(|output| Some(output.get("JobRunId")?.as_str()?.to_owned())),
    }
}
