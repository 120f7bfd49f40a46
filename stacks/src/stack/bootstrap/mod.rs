//! `bootstrap`: who may deploy a stage, and how much the stage may. Made by a person, once, and changed by nobody else.

mod allowed;
mod boundary;
mod deploy;
mod execution;
mod needs;
mod reach;
mod trust;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Output, Outputs, Stack, StackKind};
use crate::blocks::Tags;
use crate::names;
use crate::stage::{Ci, Stage};
use allowed::Allowed;
use reach::Reach;

pub use trust::{ISSUER, provider_arn};

/// Whether the account's identity provider for workflows is made with the stack. An account has at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    Made,
    Existing,
}

/// All that `templates/bootstrap.yaml.tera` may see.
#[derive(Serialize)]
struct View {
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<ProviderView>,
    policies: Vec<PolicyView>,
    roles: Vec<RoleView>,
    outputs: Vec<Output>,
}

#[derive(Serialize)]
struct ProviderView {
    issuer: &'static str,
    audience: &'static str,
    tags: Tags,
}

#[derive(Serialize)]
struct PolicyView {
    id: &'static str,
    name: String,
    path: &'static str,
    description: &'static str,
    statements: Vec<Allowed>,
}

#[derive(Serialize)]
struct RoleView {
    id: &'static str,
    name: String,
    path: &'static str,
    description: String,
    trust: Value,
    /// What has to be there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'static str>,
    policies: Vec<&'static str>,
    tags: Tags,
}

/// Who pulls what is written into the environment of the code host, as variables of these names.
const DEPLOY_ROLE: &str = "DeployRole";
const PLAN_ROLE: &str = "PlanRole";
const COPIES_ROLE: &str = "CopiesRole";
const PROVIDER: &str = "Provider";

/// The stack that lets this repository deploy the stage.
pub fn stack(stage: &Stage, ci: &Ci, provider: Provider) -> Stack {
    let kind = StackKind::Bootstrap;
    let tags = Tags::shared(stage, kind);
    let reach = Reach::of(stage);
    let alone = reach.alone();
    let policy = |id, thing, description, statements| PolicyView {
        id,
        name: names::of_ci(stage, thing),
        path: names::CI,
        description,
        statements,
    };
    let mut policies = vec![
        policy("Boundary", names::BOUNDARY, "The most that a role of the stage may", boundary::boundary(&reach)),
        policy("LookPolicy", "look", "Sees how the stage stands, and no data", deploy::looking(&reach)),
        policy("ReadDataPolicy", "read-data", "Sees how what holds data is made", execution::reading_data(&alone)),
        policy("ReadWorkPolicy", "read-work", "Sees how what works is made", execution::reading_work(&alone)),
        policy("DeployPolicy", names::DEPLOY, "Drives the stacks of the stage", deploy::deploying(&alone)),
        policy("DataPolicy", "data", "Makes what holds data", execution::data(&reach)),
        policy("StreamsPolicy", "streams", "Makes what data moves through", execution::streams(&reach)),
        policy("WorkPolicy", "work", "Makes what works, and what begins it", execution::work(&reach)),
        policy("NetworkPolicy", "network", "Makes networks", execution::network(&reach)),
        policy("DatabasesPolicy", "databases", "Makes databases and warehouses", execution::databases(&reach)),
        policy("RolesPolicy", "roles", "Makes roles, each with its boundary", execution::roles(&reach)),
    ];
    let made = (provider == Provider::Made).then_some(PROVIDER);
    let role = |id, name: &str, description: &str, trust, after, policies: &[&'static str]| RoleView {
        id,
        name: names::of_ci(stage, name),
        path: names::CI,
        description: description.to_owned(),
        trust,
        after,
        policies: policies.to_vec(),
        tags: tags.clone(),
    };
    let looking_by = ["LookPolicy", "ReadDataPolicy", "ReadWorkPolicy"];
    let mut execution =
        vec!["DataPolicy", "StreamsPolicy", "WorkPolicy", "NetworkPolicy", "DatabasesPolicy", "RolesPolicy"];
    if stage.release.shift().is_some() {
        let shifting = execution::releases(&alone);
        policies.push(policy("ReleasesPolicy", "releases", "Shifts calls to new versions", shifting));
        execution.push("ReleasesPolicy");
    }
    if stage.code_signing.is_some() {
        let signing = execution::signing(&alone);
        policies.push(policy("SigningPolicy", "signing", "Has functions take signed code alone", signing));
        execution.push("SigningPolicy");
    }
    let mut deploying_by = vec!["DeployPolicy", "LookPolicy", "ReadDataPolicy", "ReadWorkPolicy"];
    let copies = reach.copies();
    // What deploys the stage takes its copies away too, when their time is over.
    deploying_by.extend(copies.iter().map(|_| "CopiesPolicy"));
    let deploying = trust::deploying(stage, ci);
    let mut roles = vec![
        role(DEPLOY_ROLE, names::DEPLOY, "Deploys the stage", deploying, made, &deploying_by),
        role(PLAN_ROLE, names::PLAN, "Looks at the stage", trust::looking(stage, ci), made, &looking_by),
        role(
            "ExecutionRole",
            names::EXECUTION,
            "What CloudFormation may to bring the stage up",
            trust::executing(stage),
            None,
            &execution,
        ),
    ];
    if let Some(copies) = &copies {
        policies.push(policy("CopiesPolicy", names::COPIES, "Drives copies, and feeds them", deploy::copying(copies)));
        let copying_by = ["CopiesPolicy", "LookPolicy", "ReadDataPolicy", "ReadWorkPolicy"];
        let trust = trust::copying(stage, ci);
        roles.push(role(COPIES_ROLE, names::COPIES, "Makes copies of the stage", trust, made, &copying_by));
    }
    let arn = |id: &str| json!({ "Fn::GetAtt": [id, "Arn"] });
    let mut outputs = Outputs::of(names::stack(stage, kind));
    outputs.tell(DEPLOY_ROLE, "What workflows take on to deploy: the variable DEPLOY_ROLE", arn(DEPLOY_ROLE));
    outputs.tell(PLAN_ROLE, "What pull requests take on to look: the variable PLAN_ROLE", arn(PLAN_ROLE));
    if copies.is_some() {
        outputs.tell(
            COPIES_ROLE,
            "What the environment for copies takes on: its variable DEPLOY_ROLE",
            arn(COPIES_ROLE),
        );
    }
    outputs.tell("ExecutionRole", "What CloudFormation takes on", arn("ExecutionRole"));
    let view = View {
        description: format!("{} {}: who may deploy it, and how much it may", stage.project, stage.name),
        provider: made.map(|_| ProviderView { issuer: ISSUER, audience: trust::AUDIENCE, tags: tags.clone() }),
        policies,
        roles,
        outputs: outputs.list(),
    };
    Stack::of(stage, kind, Vec::new(), &view)
}
