//! Secrets Manager, through the AWS SDK.

use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use std::time::Duration;

use crate::{Fault, PortError, SecretName, Secrets};

const CALL: Duration = Duration::from_secs(4);

pub struct SecretsManager(Client);

impl SecretsManager {
    /// No call is made.
    pub async fn connect() -> Self {
        Self(Client::new(&super::client::config(CALL).await))
    }
}

impl Secrets for SecretsManager {
    async fn get(&self, secret: &SecretName) -> Result<String, PortError> {
        let output = self.0.get_secret_value().secret_id(secret.arn()).send().await.map_err(|error| {
            let fault = match error.code() {
                Some("AccessDeniedException" | "AccessDenied" | "UnrecognizedClientException") => Fault::AccessDenied,
                Some("ResourceNotFoundException") => Fault::NotFound,
                Some("InvalidParameterException" | "InvalidRequestException" | "ValidationException") => Fault::Invalid,
                _ => Fault::Passing,
            };
            secret.failed(fault).because(error)
        })?;
        output.secret_string.ok_or_else(|| secret.failed(Fault::Invalid).because("it holds bytes and no text"))
    }
}
