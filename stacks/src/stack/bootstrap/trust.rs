//! Who may take on the roles: workflows of one repository, and CloudFormation.

use serde_json::{Value, json};

use crate::names;
use crate::stage::{Ci, Stage};

/// Who signs the tokens of workflows.
pub const ISSUER: &str = "token.actions.githubusercontent.com";
/// Whom they are for.
pub(super) const AUDIENCE: &str = "sts.amazonaws.com";

pub fn provider_arn(stage: &Stage) -> String {
    format!("arn:{}:iam::{}:oidc-provider/{ISSUER}", names::partition(stage), stage.account)
}

/// A workflow of the repository, on its branch, in the environment that is called like the stage: whoever guards that
/// environment guards the stage. A token that names none of the three is of no use.
pub(super) fn deploying(stage: &Stage, ci: &Ci) -> Value {
    let subject = format!("repo:{}:environment:{}", ci.repository, stage.name);
    let branch = format!("refs/heads/{}", ci.branch);
    web_identity(stage, json!({ "aud": AUDIENCE, "sub": subject, "ref": branch }))
}

/// A workflow of the repository, in the environment for copies, on any branch: whoever guards that environment guards them.
pub(super) fn copying(stage: &Stage, ci: &Ci) -> Value {
    let subject = format!("repo:{}:environment:{}", ci.repository, names::COPIES);
    web_identity(stage, json!({ "aud": AUDIENCE, "sub": subject }))
}

/// A pull request of the repository, or its branch, in no environment or in one of its own. A fork's gets no token.
pub(super) fn looking(stage: &Stage, ci: &Ci) -> Value {
    let of = |what: &str| format!("repo:{}:{what}", ci.repository);
    let branch = of(&format!("ref:refs/heads/{}", ci.branch));
    let subjects = [of("pull_request"), branch, of(&format!("environment:{}-plan", stage.name))];
    web_identity(stage, json!({ "aud": AUDIENCE, "sub": subjects }))
}

fn web_identity(stage: &Stage, claims: Value) -> Value {
    let Value::Object(claims) = claims else { unreachable!("claims have names") };
    let named: serde_json::Map<_, _> =
        claims.into_iter().map(|(key, value)| (format!("{ISSUER}:{key}"), value)).collect();
    json!({
        "Effect": "Allow",
        "Principal": { "Federated": provider_arn(stage) },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringEquals": named },
    })
}

/// CloudFormation, for stacks of this account.
pub(super) fn executing(stage: &Stage) -> Value {
    json!({
        "Effect": "Allow",
        "Principal": { "Service": "cloudformation.amazonaws.com" },
        "Action": "sts:AssumeRole",
        "Condition": { "StringEquals": { "aws:SourceAccount": stage.account.as_str() } },
    })
}
