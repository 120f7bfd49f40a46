//! SNS, for who listens to the stage's topics.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::Subscription;
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
        for (address, confirmed) in answer.subscriptions.unwrap_or_default().into_iter().filter_map(by_mail) {
            *found.entry(address).or_default() |= confirmed;
        }
        page = answer.next_token.filter(|token| !token.is_empty());
        if page.is_none() {
            return Ok(found);
        }
    }
}

/// Whose mail it is, and whether it was confirmed: until then it has no ARN, but a word in its place.
fn by_mail(subscription: Subscription) -> Option<(String, bool)> {
    let is_mail = subscription.protocol.as_deref() == Some("email");
    let confirmed = subscription.subscription_arn.is_some_and(|arn| arn.starts_with("arn:"));
    subscription.endpoint.filter(|_| is_mail).map(|address| (address, confirmed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_not_answered_is_told_apart() {
        let subscription = |protocol: &str, arn: &str| {
            by_mail(Subscription::builder().protocol(protocol).endpoint("a@example.com").subscription_arn(arn).build())
        };
        let of = |confirmed| Some(("a@example.com".to_owned(), confirmed));
        assert_eq!(subscription("email", "arn:aws:sns:eu-west-1:111111111111:orders:5"), of(true));
        assert_eq!(subscription("email", "PendingConfirmation"), of(false));
        assert_eq!(subscription("sqs", "arn:aws:sns:eu-west-1:111111111111:orders:6"), None);
    }
}
