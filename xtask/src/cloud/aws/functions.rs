//! Lambda's side of the port.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::LastUpdateStatus;
use engine::cloud::{Answer, Swap};

use super::error::told;

pub(super) async fn swap(client: &Client, function: &str, bucket: &str, key: &str) -> Answer {
    let call = client.update_function_code().function_name(function).s3_bucket(bucket).s3_key(key);
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
