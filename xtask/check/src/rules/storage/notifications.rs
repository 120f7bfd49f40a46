//! What a bucket tells, and whom.

use crate::node::Node;
use crate::rules::shared::BUCKET;
use crate::world::{Resource, World};

pub(super) struct Notification<'a> {
    pub(super) bucket: &'a Resource,
    pub(super) node: &'a Node,
    /// Name or ARN of the queue, topic or function.
    pub(super) target: &'a Node,
    pub(super) prefix: &'a str,
    pub(super) suffix: &'a str,
}

impl Notification<'_> {
    pub(super) fn event(&self) -> &Node {
        self.node.get("Event")
    }

    /// The keys of which it tells, as a pattern.
    pub(super) fn keys(&self) -> String {
        format!("{}*{}", self.prefix, self.suffix)
    }

    pub(super) fn is_of_creation(&self) -> bool {
        self.event().text().is_none_or(|event| event.starts_with("s3:ObjectCreated:") || event == "s3:*")
    }
}

pub(super) fn of(world: &World) -> Vec<Notification<'_>> {
    let mut all = Vec::new();
    for bucket in world.of_kind(BUCKET) {
        let config = bucket.get("NotificationConfiguration");
        let kinds =
            [("QueueConfigurations", "Queue"), ("TopicConfigurations", "Topic"), ("LambdaConfigurations", "Function")];
        for (list, target) in kinds {
            for node in config.get(list).items() {
                let value = |name: &str| {
                    let rules = node.at("Filter.S3Key.Rules").items().iter();
                    let mut named = rules
                        .filter(|rule| rule.get("Name").text().is_some_and(|given| given.eq_ignore_ascii_case(name)));
                    named.next().and_then(|rule| rule.get("Value").text()).unwrap_or_default()
                };
                let (prefix, suffix) = (value("prefix"), value("suffix"));
                all.push(Notification { bucket, node, target: node.get(target), prefix, suffix });
            }
        }
    }
    all
}
