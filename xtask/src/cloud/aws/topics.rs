//! SNS, for who listens to the stage's topics.

use aws_sdk_sns::Client;
use engine::cloud::Answer;
use std::collections::BTreeMap;

use super::error::told;

/// Addresses that mail is sent to, and whether each has confirmed that it wants it.
pub(super) async fn subscribers(client: &Client, topic: &str) -> Answer<BTreeMap<String, bool>> {
    let mut found = BTreeMap::new();
    let mut page = None;
    loop {
        let call = client.list_subscriptions_by_topic().topic_arn(topic).set_next_token(page);
        let answer = call.send().await.map_err(told("sns:ListSubscriptionsByTopic"))?;
        for subscription in answer.subscriptions.unwrap_or_default() {
            if let (Some("email"), Some(address)) = (subscription.protocol.as_deref(), subscription.endpoint) {
                // Until then it has no ARN, but a word in its place.
                let confirmed = subscription.subscription_arn.is_some_and(|arn| arn.starts_with("arn:"));
                *found.entry(address).or_default() |= confirmed;
            }
        }
        page = answer.next_token.filter(|token| !token.is_empty());
        if page.is_none() {
            return Ok(found);
        }
    }
}
