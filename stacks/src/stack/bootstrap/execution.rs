//! What CloudFormation may in the stage's name: what the table of needs says, and roles that are bound.

use serde_json::json;

use super::allowed::{Allowed, together};
use super::needs::{DATA, DATABASES, NETWORK, RELEASES, Row, SIGNING, STREAMS, WORK};
use super::reach::{Reach, Tagged};
use crate::names;

/// Services that take on our roles.
const SERVICES: [&str; 9] = [
    "codedeploy.amazonaws.com",
    "dms.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "firehose.amazonaws.com",
    "glue.amazonaws.com",
    "lambda.amazonaws.com",
    "redshift.amazonaws.com",
    "scheduler.amazonaws.com",
    "states.amazonaws.com",
];

/// Services that make a role of their own in an account, the first time that they are used there.
const LINKED: [&str; 5] = [
    "ecs.amazonaws.com",
    "ops.apigateway.amazonaws.com",
    "rds.amazonaws.com",
    "redshift.amazonaws.com",
    "vpce.amazonaws.com",
];

const ROLES_READ: [&str; 6] = [
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:ListRoleTags",
];

pub(super) fn data(reach: &Reach<'_>) -> Vec<Allowed> {
    let mut all = statements(reach, DATA);
    all.push(tagging_anew(reach));
    all
}

pub(super) fn streams(reach: &Reach<'_>) -> Vec<Allowed> {
    statements(reach, STREAMS)
}

pub(super) fn work(reach: &Reach<'_>) -> Vec<Allowed> {
    let mut all = statements(reach, WORK);
    // A mapping has no name; it is known by the function that it feeds.
    let mapping =
        ["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"];
    let functions = reach.arns(&["lambda:{r}:{a}:function:{f}-*"]);
    let ours = json!({ "ArnLike": { "lambda:FunctionArn": functions } });
    all.push(Allowed::of(&mapping, json!("*")).when(ours));
    all
}

pub(super) fn releases(reach: &Reach<'_>) -> Vec<Allowed> {
    statements(reach, RELEASES)
}

pub(super) fn signing(reach: &Reach<'_>) -> Vec<Allowed> {
    statements(reach, SIGNING)
}

pub(super) fn network(reach: &Reach<'_>) -> Vec<Allowed> {
    let mut all = statements(reach, NETWORK);
    // Tags say whose a thing is: they are given to what is being made, and to what is a stage's already.
    let making = json!({ "Null": { "ec2:CreateAction": "false" } });
    let here = ["ec2:{r}:{a}:*"];
    all.push(reach.allow(&["ec2:CreateTags"], &here).when(making));
    all.push(reach.allow(&["ec2:CreateTags"], &here).when(reach.tagged(Tagged::Resource)));
    all
}

pub(super) fn databases(reach: &Reach<'_>) -> Vec<Allowed> {
    statements(reach, DATABASES)
}

/// Services that tag what they have just made ask as for any other tagging. What carries a stage's tag is let alone.
fn tagging_anew(reach: &Reach<'_>) -> Allowed {
    let actions = ["dms:AddTagsToResource", "kms:TagResource", "secretsmanager:TagResource"];
    let things = ["dms:{r}:{a}:*", "kms:{r}:{a}:key/*", "secretsmanager:{r}:{a}:secret:*"];
    let mut condition = reach.tagged(Tagged::Request);
    condition["Null"] = json!({ "aws:ResourceTag/stage": "true" });
    reach.allow(&actions, &things).when(condition)
}

/// Roles below the stage's path, with the boundary and never without. The boundary itself, the roles of workflows and their
/// policies have another path, of which nothing is allowed.
pub(super) fn roles(reach: &Reach<'_>) -> Vec<Allowed> {
    let boundary = json!({ "StringEquals": { "iam:PermissionsBoundary": names::boundary_arn(reach.stage) } });
    let bound = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"];
    let ours = ["iam::{a}:role/{p}/*"];
    let keeping =
        ["iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"];
    let passed = json!({ "StringEquals": { "iam:PassedToService": SERVICES } });
    let linked = json!({ "StringEquals": { "iam:AWSServiceName": LINKED } });
    vec![
        reach.allow(&bound, &ours).when(boundary),
        reach.allow(&keeping, &ours),
        // Also of roles that the stage had before it was bound, so that they can go.
        reach.allow(&ROLES_READ, &["iam::{a}:role/{p}/*", "iam::{a}:role/{f}-*"]),
        reach.allow(&["iam:DeleteRole", "iam:DeleteRolePolicy"], &["iam::{a}:role/{p}/*", "iam::{a}:role/{f}-*"]),
        reach.allow(&["iam:PassRole"], &ours).when(passed),
        reach.allow(&["iam:CreateServiceLinkedRole"], &["iam::{a}:role/aws-service-role/*"]).when(linked),
    ]
}

/// Of all that, what only looks, and at no data: to compare a stack with its template, CloudFormation reads its resources in the
/// name of whoever asks. In two halves, since one policy does not hold it.
pub(super) fn reading_data(reach: &Reach<'_>) -> Vec<Allowed> {
    together([DATA, STREAMS].concat().iter().filter_map(|row| look(reach, row)).collect())
}

pub(super) fn reading_work(reach: &Reach<'_>) -> Vec<Allowed> {
    let signing = if reach.stage.code_signing.is_some() { SIGNING } else { &[] };
    let rows = [WORK, signing, NETWORK, DATABASES].concat();
    let mut all: Vec<_> = rows.iter().filter_map(|row| look(reach, row)).collect();
    all.push(reach.allow(&ROLES_READ, &["iam::{a}:role/{p}/*"]));
    together(all)
}

fn look(reach: &Reach<'_>, row: &Row) -> Option<Allowed> {
    let only_looks = |action: &String| {
        let name = action.split(':').next_back().unwrap_or_default();
        let looks = ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb));
        looks
            && !["GetDownloadUrl", "GetObject", "GetRandom", "GetSecretValue"].iter().any(|data| name.starts_with(data))
    };
    let actions: Vec<_> = row.actions().filter(only_looks).collect();
    (!actions.is_empty()).then(|| statement(reach, row, actions))
}

fn statements(reach: &Reach<'_>, rows: &[Row]) -> Vec<Allowed> {
    rows.iter().map(|row| statement(reach, row, row.actions().collect())).collect()
}

fn statement(reach: &Reach<'_>, row: &Row, action: Vec<String>) -> Allowed {
    let statement = Allowed::each(action, reach.arns(row.of));
    match row.tagged {
        Some(by) => statement.when(reach.tagged(by)),
        None => statement,
    }
}
