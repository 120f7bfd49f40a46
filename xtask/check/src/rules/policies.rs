//! Policies that stand at a resource: of a queue, a topic, a bucket, a key, and permissions of a function.

use super::glob::meet;
use super::shared::{Callee, callee, same};
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

/// Permissions by which a service, for something with an ARN, may call a function as it is called there. A permission for
/// the function does not hold for its alias, nor the other way round.
pub(super) fn permissions<'a>(world: &'a World, called: Callee<'_>, service: &str, arn: &str) -> Vec<&'a Resource> {
    let all = world.of_kind("AWS::Lambda::Permission");
    let holds = |permission: &&Resource| {
        let of = permission.text("FunctionName").and_then(|name| callee(world, name));
        let same_function = permission.get("FunctionName").is_unknown()
            || of.is_some_and(|of| same(of.function, called.function) && of.by.is_some() == called.by.is_some());
        let action = permission.get("Action").text().unwrap_or("lambda:InvokeFunction");
        let principal = permission.get("Principal");
        let source = permission.get("SourceArn");
        same_function
            && meet(action, "lambda:InvokeFunction")
            && (principal.is_unknown() || principal.text() == Some(service))
            && (source.is_missing() || fits(source, arn))
    };
    all.filter(holds).collect()
}

/// What lets a service, for something with an ARN, send to a queue, a topic or a function; none where nothing can be
/// known of it.
pub(super) fn admits<'a>(world: &'a World, target: &'a str, service: &str, arn: &str) -> Option<Vec<&'a Resource>> {
    if let Some(called) = callee(world, target) {
        return Some(permissions(world, called, service, arn));
    }
    let resource = world.find(target)?;
    let (action, kind, list) = match resource.kind.as_str() {
        "AWS::SQS::Queue" => ("sqs:SendMessage", "AWS::SQS::QueuePolicy", "Queues"),
        "AWS::SNS::Topic" => ("sns:Publish", "AWS::SNS::TopicPolicy", "Topics"),
        _ => return None,
    };
    let all = statements(world, resource).into_iter();
    let lets = all.filter(|one| one.allows() && one.is_for(service) && one.has_action(action) && one.lets(arn));
    let lets: Vec<_> = lets.map(|one| one.by).collect();
    (!lets.is_empty() || !is_open(world, kind, list)).then_some(lets)
}
