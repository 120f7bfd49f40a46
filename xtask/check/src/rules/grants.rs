//! What a role allows, as far as the rules on queues, loops and networks ask.

use super::glob::{covers, meets_arn};
use super::shared::{resource_at, same};
use crate::node::Node;
use crate::world::{Resource, World};

/// The actions of AWS's own policies that matter here; of any other of them nothing is known.
const MANAGED: [(&str, &[&str]); 12] = [
    ("AWSLambdaBasicExecutionRole", &["logs:*"]),
    ("AWSLambdaVPCAccessExecutionRole", &["logs:*", "ec2:*NetworkInterface*"]),
    (
        "AWSLambdaSQSQueueExecutionRole",
        &["logs:*", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    ),
    ("AWSLambdaKinesisExecutionRole", &["logs:*", "kinesis:Get*", "kinesis:Describe*", "kinesis:List*"]),
    ("AWSLambdaDynamoDBExecutionRole", &["logs:*", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]),
    ("AWSXRayDaemonWriteAccess", &["xray:*"]),
    ("AmazonKinesisFullAccess", &["kinesis:*"]),
    ("AmazonS3FullAccess", &["s3:*"]),
    ("AmazonS3ReadOnlyAccess", &["s3:Get*", "s3:List*"]),
    ("AmazonSNSFullAccess", &["sns:*"]),
    ("AmazonSQSFullAccess", &["sqs:*"]),
    ("AdministratorAccess", &["*"]),
];

/// One statement that allows something.
pub(super) struct Grant<'a> {
    /// The role, or the policy beside it.
    pub(super) by: &'a Resource,
    pub(super) actions: Vec<&'a str>,
    /// Patterns of ARNs; none where they cannot be known.
    pub(super) resources: Option<Vec<&'a str>>,
}

impl Grant<'_> {
    pub(super) fn allows(&self, action: &str) -> bool {
        self.actions.iter().any(|pattern| covers(&pattern.to_lowercase(), &action.to_lowercase()))
    }

    /// Whether it may reach a resource; unknown counts as yes.
    pub(super) fn reaches(&self, arn: &str) -> bool {
        self.resources.as_ref().is_none_or(|all| all.iter().any(|pattern| meets_arn(pattern, arn)))
    }
}

#[derive(Default)]
pub(super) struct Access<'a> {
    pub(super) grants: Vec<Grant<'a>>,
    /// Patterns of ARNs, with the actions that are denied there.
    pub(super) denials: Vec<Grant<'a>>,
    /// Whether there is a policy of which nothing is known.
    pub(super) open: bool,
}

impl<'a> Access<'a> {
    /// What allows an action at a resource.
    pub(super) fn allowing(&self, action: &str, arn: &str) -> impl Iterator<Item = &Grant<'a>> {
        self.grants.iter().filter(move |grant| grant.allows(action) && grant.reaches(arn))
    }
}

/// The role of a function, a rule's target and so on.
pub(super) fn role_of<'a>(world: &'a World, resource: &Resource, path: &str) -> Option<&'a Resource> {
    resource_at(world, resource, path).filter(|role| role.kind == "AWS::IAM::Role")
}

pub(super) fn access<'a>(world: &'a World, role: &'a Resource) -> Access<'a> {
    let mut access = Access::default();
    let written = role.get("Policies");
    access.open |= written.is_unknown() || role.get("ManagedPolicyArns").is_unknown();
    for policy in written.items() {
        add(&mut access, role, policy.get("PolicyDocument"));
    }
    for arn in role.get("ManagedPolicyArns").items() {
        let name = arn.text().and_then(|arn| arn.rsplit('/').next()).unwrap_or_default();
        let known = MANAGED.iter().find(|(managed, _)| *managed == name);
        match (arn.text().and_then(|arn| world.find(arn)), known) {
            (Some(policy), _) => add(&mut access, policy, policy.get("PolicyDocument")),
            (None, Some((_, actions))) => {
                access.grants.push(Grant { by: role, actions: actions.to_vec(), resources: Some(vec!["*"]) });
            }
            _ => access.open = true,
        }
    }
    for policy in beside(world, role) {
        add(&mut access, policy, policy.get("PolicyDocument"));
    }
    access
}

/// Policies that are resources of their own and name the role.
fn beside<'a>(world: &'a World, role: &'a Resource) -> impl Iterator<Item = &'a Resource> {
    let names = move |node: &Node| node.text().and_then(|text| world.find(text)).is_some_and(|found| same(found, role));
    world.resources().filter(move |policy| match policy.kind.as_str() {
        "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => policy.get("Roles").items().iter().any(names),
        "AWS::IAM::RolePolicy" => names(policy.get("RoleName")),
        _ => false,
    })
}

fn add<'a>(access: &mut Access<'a>, by: &'a Resource, document: &'a Node) {
    access.open |= document.is_unknown() || document.get("Statement").is_unknown();
    for statement in document.get("Statement").items() {
        let actions = statement.get("Action").items();
        access.open |= !statement.get("NotAction").is_missing() || actions.iter().any(Node::is_unknown);
        let resources = statement.get("Resource").items();
        let unknown = resources.is_empty() || resources.iter().any(Node::is_unknown);
        let grant = Grant {
            by,
            actions: actions.iter().filter_map(Node::text).collect(),
            resources: (!unknown).then(|| resources.iter().filter_map(Node::text).collect()),
        };
        match statement.get("Effect").text() {
            Some("Allow") => access.grants.push(grant),
            // A denial under a condition denies only sometimes.
            Some("Deny") if statement.get("Condition").is_missing() => access.denials.push(grant),
            _ => {}
        }
    }
}
