//! Policies that stand at a resource: of a queue, a topic, a bucket, a key, and permissions of a function.

use super::glob::meet;
use super::shared::same;
use crate::node::Node;
use crate::world::{Resource, World};

/// A statement, and the resource that holds it.
pub(super) struct Statement<'a> {
    pub(super) by: &'a Resource,
    pub(super) node: &'a Node,
}

/// All statements of policies of a type that name a resource in a property.
pub(super) fn statements<'a>(world: &'a World, of: &'a Resource) -> Vec<Statement<'a>> {
    let (kind, list) = match of.kind.as_str() {
        "AWS::SQS::Queue" => ("AWS::SQS::QueuePolicy", "Queues"),
        "AWS::SNS::Topic" => ("AWS::SNS::TopicPolicy", "Topics"),
        "AWS::S3::Bucket" => ("AWS::S3::BucketPolicy", "Bucket"),
        _ => return Vec::new(),
    };
    let names = |node: &Node| node.text().and_then(|text| world.find(text)).is_some_and(|found| same(found, of));
    let policies = world.of_kind(kind).filter(|policy| policy.get(list).items().iter().any(names));
    policies.flat_map(|by| in_document(by, "PolicyDocument")).collect()
}

pub(super) fn in_document<'a>(by: &'a Resource, path: &str) -> Vec<Statement<'a>> {
    by.get(path).get("Statement").items().iter().map(|node| Statement { by, node }).collect()
}

/// Whether something about the policies of a resource cannot be known: whose they are, or what they say.
pub(super) fn is_open(world: &World, kind: &str, list: &str) -> bool {
    world.of_kind(kind).any(|policy| {
        let whose = policy.get(list);
        let document = policy.get("PolicyDocument");
        whose.items().iter().any(Node::is_unknown) || document.is_unknown() || document.get("Statement").is_unknown()
    })
}

impl Statement<'_> {
    pub(super) fn allows(&self) -> bool {
        self.node.get("Effect").text() == Some("Allow")
    }

    /// Whether it names a service, or everybody.
    pub(super) fn is_for(&self, service: &str) -> bool {
        let principal = self.node.get("Principal");
        let anybody = |node: &Node| node.items().iter().any(|item| item.text() == Some("*"));
        self.names(service) || anybody(principal) || anybody(principal.get("AWS"))
    }

    pub(super) fn names(&self, service: &str) -> bool {
        self.node.at("Principal.Service").items().iter().any(|item| item.text() == Some(service))
    }

    pub(super) fn has_action(&self, action: &str) -> bool {
        let mut actions = self.node.get("Action").items().iter().filter_map(Node::text);
        actions.any(|pattern| meet(&pattern.to_lowercase(), &action.to_lowercase()))
    }

    /// The values that its condition has for a key, such as `aws:SourceArn`, under whatever operator.
    pub(super) fn condition(&self, key: &str) -> Vec<&Node> {
        let operators = self.node.get("Condition").entries().iter();
        let keys = operators.flat_map(|operator| operator.value.entries());
        keys.filter(|entry| entry.key.eq_ignore_ascii_case(key)).flat_map(|entry| entry.value.items()).collect()
    }

    /// Whether its condition lets an ARN through, where it names any.
    pub(super) fn lets(&self, arn: &str) -> bool {
        let named = self.condition("aws:SourceArn");
        named.is_empty() || named.iter().any(|node| fits(node, arn))
    }
}

/// Whether a pattern of ARNs fits one; what is not known fits.
pub(super) fn fits(pattern: &Node, arn: &str) -> bool {
    pattern.text().is_none_or(|pattern| meet(pattern, arn))
}
