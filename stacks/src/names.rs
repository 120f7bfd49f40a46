//! Every name that a stage gives to something, made in one place.

use crate::stack::StackKind;
use crate::stage::{SigningProfile, Stage};

/// The alias under which every function is called, by whatever calls it.
pub const LIVE: &str = "live";

/// The stack's name: `{project}-{stage}-{stack}`.
pub fn stack(stage: &Stage, kind: StackKind) -> String {
    thing(stage, kind.name())
}

/// Any other name within an account: `{project}-{stage}-{thing}`.
pub fn thing(stage: &Stage, thing: &str) -> String {
    format!("{}-{}-{thing}", stage.project, stage.name)
}

/// A bucket's name, which is shared with all of AWS and so ends with the account.
pub fn bucket(stage: &Stage, name: &str) -> String {
    format!("{}-{}", thing(stage, name), stage.account)
}

/// The repository of a function's images: one of those below the stage's name.
pub fn repository(stage: &Stage, function: &str) -> String {
    format!("{}-{}/{function}", stage.project, stage.name)
}

/// Where an archive is once it is signed: what it was made of and who signed it say which it is.
pub fn signed_archive(function: &str, sha256: &str, signer: &SigningProfile) -> String {
    format!("signed/{function}/{sha256}-{}.zip", signer.version())
}

/// A name in the data catalog, where a hyphen would have to be quoted in every query.
pub fn catalog(stage: &Stage, name: &str) -> String {
    thing(stage, name).replace('-', "_")
}

/// The path of a stage's roles, if they are bound: a name of AWS's making may be cut short, and a path is not.
pub fn roles(stage: &Stage) -> String {
    format!("/{}/{}/", stage.project, stage.name)
}

/// The path of what `bootstrap` makes. No stage's own names begin so, and what a stage may do to roles is not about these.
pub const CI: &str = "/ci/";

/// What `bootstrap` made for the stage, or for the one that it is a copy of: `{project}-{stage}-{thing}`.
pub fn of_ci(stage: &Stage, thing: &str) -> String {
    format!("{}-{}-{thing}", stage.project, stage.origin())
}

/// The role in which CloudFormation makes the stage's resources, and the policy that bounds the roles among them.
pub const EXECUTION: &str = "execution";
pub const BOUNDARY: &str = "boundary";
/// The roles of workflows: one that deploys, one that only looks, one that makes copies and feeds them.
pub const DEPLOY: &str = "deploy";
pub const PLAN: &str = "plan";
pub const COPIES: &str = "copies";

pub fn ci_role_arn(stage: &Stage, role: &str) -> String {
    format!("arn:{}:iam::{}:role{CI}{}", partition(stage), stage.account, of_ci(stage, role))
}

pub fn boundary_arn(stage: &Stage) -> String {
    format!("arn:{}:iam::{}:policy{CI}{}", partition(stage), stage.account, of_ci(stage, BOUNDARY))
}

/// The same for `Fn::Sub`.
pub fn boundary_pattern(stage: &Stage) -> String {
    format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy{CI}{}", of_ci(stage, BOUNDARY))
}

/// The part of AWS that the stage's region is in.
pub fn partition(stage: &Stage) -> &'static str {
    match stage.region.as_str() {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
