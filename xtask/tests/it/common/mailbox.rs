//! Hears what people are told.

use super::client_config;
use serde_json::{Value, json};

/// A queue that hears what a topic tells.
pub(crate) struct Mailbox {
    queues: aws_sdk_sqs::Client,
    url: String,
}

impl Mailbox {
    pub(crate) async fn subscribe(endpoint: &str, topic: &str) -> Self {
        let config = client_config(endpoint).await;
        let queues = aws_sdk_sqs::Client::new(&config);
        let url = queues.create_queue().queue_name("mailbox").send().await.unwrap().queue_url.unwrap();
        let topics = aws_sdk_sns::Client::new(&config);
        let arn = "arn:aws:sqs:eu-west-1:000000000000:mailbox";
        let allow = json!({ "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "sns.amazonaws.com" }, "Action": "sqs:SendMessage", "Resource": arn,
        }] });
        let policy = (aws_sdk_sqs::types::QueueAttributeName::Policy, allow.to_string());
        queues.set_queue_attributes().queue_url(&url).attributes(policy.0, policy.1).send().await.unwrap();
        topics.subscribe().topic_arn(topic).protocol("sqs").endpoint(arn).send().await.unwrap();
        Self { queues, url }
    }

    /// The texts of all that was told since it was read last.
    pub(crate) async fn read(&self) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            let call = self.queues.receive_message().queue_url(&self.url).max_number_of_messages(10);
            let messages = call.visibility_timeout(600).send().await.unwrap().messages.unwrap_or_default();
            if messages.is_empty() {
                return told;
            }
            let text = |body: &str| serde_json::from_str::<Value>(body).unwrap()["Message"].as_str().map(str::to_owned);
            told.extend(messages.iter().filter_map(|message| text(message.body.as_deref()?)));
        }
    }
}
