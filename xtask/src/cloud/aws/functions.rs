//! Lambda's side of the port.

use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::operation::RequestId;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{LastUpdateStatus, LogType};
use aws_sdk_lambda::{Client, Config};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::cloud::{Answer, Code, Swap};
use stacks::names::LIVE;
use std::time::Duration;

use super::error::told;

pub(super) async fn swap(client: &Client, function: &str, code: Code<'_>, image: Option<String>) -> Answer {
    let call = client.update_function_code().function_name(function);
    let call = match code {
        Code::Archive { bucket, key } => call.s3_bucket(bucket).s3_key(key),
        Code::Image { .. } => call.set_image_uri(image),
    };
    call.send().await.map(drop).map_err(told("lambda:UpdateFunctionCode"))
}

pub(super) async fn swapped(client: &Client, function: &str) -> Answer<Swap> {
    let call = client.get_function_configuration().function_name(function);
    let answer = call.send().await.map_err(told("lambda:GetFunctionConfiguration"))?;
    Ok(match answer.last_update_status {
        Some(LastUpdateStatus::InProgress) => Swap::Pending,
        Some(LastUpdateStatus::Successful) | None => Swap::Live,
        Some(status) => {
            let reason = answer.last_update_status_reason.filter(|reason| !reason.is_empty());
            Swap::Failed(reason.unwrap_or_else(|| format!("the update is {status}")))
        }
    })
}

/// A quarter of an hour is Lambda's most; the rest is for the way.
const LONGEST: Duration = Duration::from_mins(16);

/// What a function answered, and the last that it wrote to its log.
#[derive(Debug)]
pub(crate) struct Invoked {
    pub(crate) answer: Vec<u8>,
    /// Whether the function failed, so that the answer tells its error.
    pub(crate) failed: bool,
    pub(crate) log: String,
    /// The call's id; the log may know another one.
    pub(crate) request: Option<String>,
}

/// Runs what is live of the function.
pub(super) async fn invoke(client: &Client, function: &str, event: &str) -> Answer<Invoked> {
    let call = client
        .invoke()
        .function_name(function)
        .qualifier(LIVE)
        .log_type(LogType::Tail)
        .payload(Blob::new(event.as_bytes()));
    // It may take as long as a function may run, and asking again would have it run again.
    let time = TimeoutConfig::builder().operation_attempt_timeout(LONGEST).operation_timeout(LONGEST).build();
    let once = Config::builder().timeout_config(time).retry_config(RetryConfig::disabled());
    let answer = call.customize().config_override(once).send().await.map_err(told("lambda:Invoke"))?;
    let request = answer.request_id().map(str::to_owned);
    let log = answer.log_result.and_then(|log| STANDARD.decode(log).ok()).unwrap_or_default();
    Ok(Invoked {
        answer: answer.payload.map(Blob::into_inner).unwrap_or_default(),
        failed: answer.function_error.is_some(),
        log: String::from_utf8_lossy(&log).into_owned(),
        request,
    })
}
