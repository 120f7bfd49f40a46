//! Athena: a query, and its rows.

use aws_sdk_athena::Client;
use aws_sdk_athena::types::{QueryExecutionContext, QueryExecutionState, Row};
use engine::cloud::{Answer, CloudError, Fault};
use std::time::Duration;

use super::error::told;

/// Between two looks at a query that is under way.
const PAUSE: Duration = Duration::from_millis(300);

/// The rows of an answer, the names of its columns first. A value that is none is empty.
pub(super) async fn query(client: &Client, workgroup: &str, database: &str, sql: &str) -> Answer<Vec<Vec<String>>> {
    let within = QueryExecutionContext::builder().database(database).build();
    let call = client.start_query_execution().work_group(workgroup).query_execution_context(within).query_string(sql);
    let started = call.send().await.map_err(told("athena:StartQueryExecution"))?;
    let id = started.query_execution_id.unwrap_or_default();
    loop {
        let call = client.get_query_execution().query_execution_id(&id);
        let known = call.send().await.map_err(told("athena:GetQueryExecution"))?;
        let status = known.query_execution.and_then(|execution| execution.status);
        let failed = |why: Option<String>| CloudError {
            call: "athena:StartQueryExecution",
            fault: Fault::Other,
            message: why.unwrap_or_else(|| "the query did not succeed".to_owned()),
        };
        match status.as_ref().and_then(|status| status.state.as_ref()) {
            Some(QueryExecutionState::Succeeded) => return rows(client, &id).await,
            Some(QueryExecutionState::Failed | QueryExecutionState::Cancelled) => {
                return Err(failed(status.and_then(|status| status.state_change_reason)));
            }
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn rows(client: &Client, id: &str) -> Answer<Vec<Vec<String>>> {
    let mut all = Vec::new();
    let mut page = None;
    loop {
        let call = client.get_query_results().query_execution_id(id).set_next_token(page);
        let answer = call.send().await.map_err(told("athena:GetQueryResults"))?;
        let value = |row: Row| {
            row.data.unwrap_or_default().into_iter().map(|datum| datum.var_char_value.unwrap_or_default()).collect()
        };
        all.extend(answer.result_set.and_then(|set| set.rows).unwrap_or_default().into_iter().map(value));
        page = answer.next_token.filter(|token| !token.is_empty());
        if page.is_none() {
            return Ok(all);
        }
    }
}
