//! Where policies stand in a template, and whom those at a resource let in.

use super::glob::{meet, meets_arn};
use super::shared::{BUCKET, Callee, QUEUE, TOPIC, callee, same};
use crate::iam::{Effect, Policy, Statement};
use crate::node::Node;
use crate::world::{Resource, World};

/// Every policy that says what an identity may do, with the resource that it is written in.
pub(super) fn of_identities(world: &World) -> Vec<(&Resource, Policy)> {
    let mut all = Vec::new();
    for resource in world.resources() {
        let documents: Vec<&Node> = match resource.kind.as_str() {
            "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" => {
                resource.get("Policies").items().iter().map(|policy| policy.get("PolicyDocument")).collect()
            }
            "AWS::IAM::ManagedPolicy" if only_bounds(world, resource) => continue,
            "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" | "AWS::IAM::RolePolicy" | "AWS::IAM::UserPolicy" => {
                vec![resource.get("PolicyDocument")]
            }
            _ => continue,
        };
        all.extend(documents.into_iter().map(|document| (resource, Policy::read(document))));
    }
    all
}

/// Whether a policy is attached to nobody and only bounds what other policies grant: then it grants nothing itself.
fn only_bounds(world: &World, policy: &Resource) -> bool {
    let names = |node: &Node| node.text().and_then(|text| world.find(text)).is_some_and(|found| same(found, policy));
    let attached = ["Roles", "Users", "Groups"].iter().any(|list| !policy.get(list).is_missing());
    let identities = || world.resources().filter(|resource| resource.kind.starts_with("AWS::IAM::"));
    !attached
        && identities().any(|identity| names(identity.get("PermissionsBoundary")))
        && !identities().any(|identity| identity.get("ManagedPolicyArns").items().iter().any(names))
}

/// Every policy that stands at a resource and says who may use it.
pub(super) fn of_resources(world: &World) -> Vec<(&Resource, Policy)> {
    let documents = world.resources().filter_map(|resource| {
        let document = match resource.kind.as_str() {
            kind if POLICIES.iter().any(|(_, known, _)| *known == kind) => resource.get("PolicyDocument"),
            "AWS::KMS::Key" => resource.get("KeyPolicy"),
            "AWS::Kinesis::ResourcePolicy" | "AWS::SecretsManager::ResourcePolicy" => resource.get("ResourcePolicy"),
            "AWS::ECR::Repository" => resource.get("RepositoryPolicyText"),
            _ => return None,
        };
        Some((resource, Policy::read(document)))
    });
    documents.collect()
}

/// Types of policies that stand beside what they are of: its type, theirs, and where they name it.
const POLICIES: [(&str, &str, &str); 5] = [
    (QUEUE, "AWS::SQS::QueuePolicy", "Queues"),
    (QUEUE, "AWS::SQS::QueueInlinePolicy", "Queue"),
    (TOPIC, "AWS::SNS::TopicPolicy", "Topics"),
    (TOPIC, "AWS::SNS::TopicInlinePolicy", "TopicArn"),
    (BUCKET, "AWS::S3::BucketPolicy", "Bucket"),
];

/// Every resource that holds a policy of things of a type, with where it names them.
fn beside<'a>(world: &'a World, kind: &str) -> impl Iterator<Item = (&'a Resource, &'a Node)> {
    let kinds = POLICIES.iter().filter(move |(of, ..)| *of == kind);
    kinds.flat_map(|(_, policy, list)| world.of_kind(policy).map(|by| (by, by.get(list))))
}

/// What holds the policies of one resource.
pub(super) fn holders<'a>(world: &'a World, of: &Resource) -> Vec<&'a Resource> {
    let names = |node: &Node| node.text().and_then(|text| world.find(text)).is_some_and(|found| same(found, of));
    beside(world, &of.kind).filter(|(_, whose)| whose.items().iter().any(names)).map(|(by, _)| by).collect()
}

/// The policies that stand at one resource, with the resources that hold them.
pub(super) fn at<'a>(world: &'a World, of: &Resource) -> Vec<(&'a Resource, Policy)> {
    holders(world, of).into_iter().map(|by| (by, Policy::read(by.get("PolicyDocument")))).collect()
}

/// Whether something about the policies of a type's resources cannot be known: whose they are, or what they say.
pub(super) fn is_open(world: &World, kind: &str) -> bool {
    beside(world, kind).any(|(policy, whose)| {
        let document = policy.get("PolicyDocument");
        whose.items().iter().any(Node::is_unknown) || document.is_unknown() || document.get("Statement").is_unknown()
    })
}

/// Whether a statement lets a service do something for a thing with an ARN; what is not known lets it.
fn lets(statement: &Statement, service: &str, action: &str, arn: &str) -> bool {
    let mut sources = statement.conditions.iter().filter(|condition| condition.is_for("aws:SourceArn")).peekable();
    allows(statement, service, action)
        && (sources.peek().is_none()
            || sources.any(|source| source.is_open || source.values.iter().any(|value| meets_arn(value, arn))))
}

/// Whether a statement allows a service something, under whatever conditions.
pub(super) fn allows(statement: &Statement, service: &str, action: &str) -> bool {
    let is_for = statement.is_for_everybody() || statement.is_for(&format!("Service:{service}"));
    statement.effect == Effect::Allow && is_for && statement.actions.take_action(action)
}

/// Whether a pattern of ARNs fits one; what is not known fits.
fn fits(pattern: &Node, arn: &str) -> bool {
    pattern.text().is_none_or(|pattern| meets_arn(pattern, arn))
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
    let action = match resource.kind.as_str() {
        QUEUE => "sqs:SendMessage",
        TOPIC => "sns:Publish",
        _ => return None,
    };
    let mut all = at(world, resource);
    all.retain(|(_, policy)| policy.statements.iter().any(|statement| lets(statement, service, action, arn)));
    (!all.is_empty() || !is_open(world, &resource.kind)).then(|| all.into_iter().map(|(by, _)| by).collect())
}
