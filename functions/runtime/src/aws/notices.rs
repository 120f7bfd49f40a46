//! SNS, through the AWS SDK.

use aws_sdk_sns::{Client, error::ProvideErrorMetadata};
use std::time::Duration;

use crate::{Fault, Notices, PortError, Subject, TopicName};

/// A notice comes after the work, out of the time that was spared for the answer.
const CALL: Duration = Duration::from_secs(2);

pub struct Topics(Client);

impl Topics {
    /// No call is made.
    pub async fn connect() -> Self {
        Self(Client::new(&super::client::config(CALL).await))
    }
}

impl Notices for Topics {
    async fn publish(&self, topic: &TopicName, subject: &Subject, text: &str) -> Result<(), PortError> {
        let call = self.0.publish().topic_arn(topic.arn()).subject(subject.as_str()).message(text);
        call.send().await.map(drop).map_err(|error| topic.failed(fault(error.code())).because(error))
    }
}

fn fault(code: Option<&str>) -> Fault {
    match code {
        Some("AuthorizationError" | "KMSAccessDenied" | "AccessDenied" | "InvalidClientTokenId") => Fault::AccessDenied,
        Some("NotFound") => Fault::NotFound,
        Some(
            "InvalidParameter"
            | "ParameterValueInvalid"
            | "InvalidSecurity"
            | "KMSDisabled"
            | "KMSInvalidState"
            | "KMSNotFound"
            | "KMSOptInRequired",
        ) => Fault::Invalid,
        _ => Fault::Passing,
    }
}
