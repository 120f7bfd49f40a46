//! Secrets Manager, for what looks into the database of a local stage.

use aws_sdk_secretsmanager::Client;
use engine::cloud::Answer;

use super::error::told;

pub(super) async fn get(client: &Client, arn: &str) -> Answer<String> {
    let call = client.get_secret_value().secret_id(arn);
    let answer = call.send().await.map_err(told("secretsmanager:GetSecretValue"))?;
    Ok(answer.secret_string.unwrap_or_default())
}
