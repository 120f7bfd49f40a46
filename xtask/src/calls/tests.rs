//! The table is as it is meant for every stage that workflows deploy, and nothing that a deploy does is missing in it.

use check::iam::{Decision, Policy, Request};
use check::world::{Resource, World};
use engine::permissions::{Verb, needed};
use stacks::names;
use stacks::stage::{Ci, SigningProfile, Stage};
use std::collections::BTreeSet;
use std::fs;

use super::table::CALLS;
use super::{Roles, Who, explained};
use crate::judge;
use crate::official::Clean;
use crate::project::Project;
use crate::stages;

/// The shipped stages that workflows deploy, and one of them with signed code.
fn deployed() -> Vec<(Stage, Ci)> {
    let project = Project::find().unwrap();
    let all = stages::names(&project).unwrap();
    let all = all.iter().map(|name| stages::load(&project, name).unwrap());
    let shipped: Vec<_> = all.filter_map(|stage| stage.ci.clone().map(|ci| (stage, ci))).collect();
    // None that ships has its code signed.
    let signed = shipped.first().map(|(stage, ci)| (signed(stage), ci.clone()));
    shipped.into_iter().chain(signed).collect()
}

fn signed(stage: &Stage) -> Stage {
    let profile = format!("arn:aws:signer:{}:{}:/signing-profiles/millrace/k3Xw9Qp2Ma", stage.region, stage.account);
    Stage { code_signing: Some(SigningProfile::new(profile).unwrap()), ..stage.clone() }
}

#[test]
fn every_call_is_as_it_is_meant() {
    let stages = deployed();
    assert!(stages.len() >= 4);
    for (stage, ci) in stages {
        let told = explained(&stage, &ci).unwrap();
        let wrong: Vec<_> = told.calls.iter().filter(|call| !call.as_meant).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", stage.name);
        assert!(told.allowed >= 60 && told.denied >= 60, "{} and {}", told.allowed, told.denied);
        assert!(!told.to_string().contains("NOT AS MEANT") && !told.to_string().contains('{'), "{told}");
    }
}

/// What a person does at a desk, with credentials of their own: reading, sending and repairing data, and code past a stack.
const AT_A_DESK: [&str; 22] = [
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:StartQueryExecution",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "iam:ListOpenIDConnectProviders",
    "kinesis:PutRecords",
    "lambda:Invoke",
    "lambda:UpdateFunctionCode",
    "logs:FilterLogEvents",
    "secretsmanager:GetSecretValue",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch",
    "sqs:ReceiveMessage",
    "sqs:SendMessageBatch",
    "states:DescribeExecution",
    "states:GetExecutionHistory",
    "states:StartExecution",
    // Asked of nothing, and allowed to everybody.
    "sts:GetCallerIdentity",
    // Names of calls, whose actions are called otherwise.
    "s3:DeleteObjects",
    "s3:HeadObject",
    "s3:ListObjectVersions",
];

#[test]
fn every_call_that_is_made_to_aws_is_in_the_table() {
    let folder = Project::find().unwrap().root().join("xtask/src/cloud/aws");
    let mut asked = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let words = text.split('"').filter(|word| {
            let (service, action) = word.split_once(':').unwrap_or_default();
            service.len() > 1
                && service.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                && action.starts_with(|c: char| c.is_ascii_uppercase())
                && action.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        asked.extend(words.filter(|word| !word.starts_with("aws:")).map(str::to_owned));
    }
    assert!(asked.len() > 40, "{asked:?}");
    let in_table = |action: &String| CALLS.iter().any(|it| it.may && it.who == Who::Deploy && it.action == action);
    let missing: Vec<_> = asked.iter().filter(|it| !in_table(it) && !AT_A_DESK.contains(&it.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// What is known of any call of CloudFormation's for a stage: whose the thing is, and what for.
fn told(request: Request, stage: &Stage) -> Request {
    let (project, name) = (stage.project.as_str(), stage.name.as_str());
    let function = format!("arn:aws:lambda:{}:{}:function:{project}-{name}-x", stage.region, stage.account);
    [
        ("aws:RequestTag/project", project.to_owned()),
        ("aws:RequestTag/stage", name.to_owned()),
        ("iam:PermissionsBoundary", names::boundary_arn(stage)),
        ("lambda:FunctionArn", function),
        ("ec2:CreateAction", "CreateX".to_owned()),
    ]
    .into_iter()
    .fold(request, |request, (key, value)| request.with(key, value))
}

fn of_the_stage(request: Request, stage: &Stage) -> Request {
    let request = request.with("aws:ResourceTag/project", stage.project.as_str());
    request.with("aws:ResourceTag/stage", stage.name.as_str())
}

/// The services that a role is handed to by what takes it.
fn passed_to(kind: &str) -> &'static str {
    match kind {
        "AWS::CodeDeploy::DeploymentGroup" => "codedeploy.amazonaws.com",
        "AWS::ECS::TaskDefinition" => "ecs-tasks.amazonaws.com",
        "AWS::Glue::Job" => "glue.amazonaws.com",
        "AWS::KinesisFirehose::DeliveryStream" => "firehose.amazonaws.com",
        "AWS::Scheduler::Schedule" => "scheduler.amazonaws.com",
        "AWS::StepFunctions::StateMachine" => "states.amazonaws.com",
        _ => "lambda.amazonaws.com",
    }
}

/// The ARNs that an action may be asked of: the resource's own, and what its service calls things of the stage.
fn candidates(world: &World, resource: &Resource, stage: &Stage, action: &str) -> Vec<String> {
    let front = format!("{}-{}", stage.project, stage.name);
    let (service, catalog) = (action.split(':').next().unwrap_or_default(), front.replace('-', "_"));
    let (region, account) = (&stage.region, &stage.account);
    let arn = |rest: &str| format!("arn:aws:{service}:{region}:{account}:{rest}");
    let own = resource.arn(&world.location).replace(&format!("{{{}.{}}}", resource.stack, resource.id), "made-up");
    let role = format!("arn:aws:iam::{account}:role{}x", names::roles(stage));
    let mut all = vec!["*".to_owned(), own, role];
    all.extend(match service {
        "s3" => {
            vec![format!("arn:aws:s3:::{front}-x-{account}"), format!("arn:aws:s3:::{front}-artifacts-{account}/x.zip")]
        }
        "glue" => vec![arn(&format!("database/{catalog}_x")), arn(&format!("job/{front}-x"))],
        "logs" => vec![arn(&format!("log-group:/aws/lambda/{front}-x:*"))],
        "rds" => vec![arn(&format!("db:{front}-x")), arn(&format!("subgrp:{front}-x"))],
        "redshift" => vec![arn(&format!("cluster:{front}-x")), arn(&format!("subnetgroup:{front}-x"))],
        "cloudwatch" => {
            vec![arn(&format!("alarm:{front}-x")), format!("arn:aws:cloudwatch::{account}:dashboard/{front}-x")]
        }
        "events" => vec![arn(&format!("rule/{front}-x"))],
        "codedeploy" => ["application", "deploymentgroup", "deploymentconfig"]
            .map(|thing| arn(&format!("{thing}:{front}-x")))
            .into(),
        "ecs" => vec![arn(&format!("cluster/{front}-x")), arn(&format!("task-definition/{front}-x:1"))],
        "ecr" => vec![arn(&format!("repository/{front}/x"))],
        "athena" => vec![arn(&format!("workgroup/{front}-x"))],
        "states" => vec![arn(&format!("stateMachine:{front}-x"))],
        "lambda" => {
            vec![arn(&format!("function:{front}-x")), arn("event-source-mapping:1"), arn("code-signing-config:csc-1")]
        }
        "sqs" | "sns" => vec![arn(&format!("{front}-x"))],
        "secretsmanager" => vec![arn("secret:WarehouseSecret-1")],
        _ => vec![arn("thing/1"), arn("thing:1")],
    });
    all
}

#[test]
fn cloudformation_may_do_what_every_resource_of_every_stage_needs() {
    for (stage, ci) in deployed() {
        let (roles, world) = (Roles::of(&stage, &ci).unwrap(), judge::world(&stage).unwrap());
        let mut kinds = BTreeSet::new();
        for resource in world.resources().filter(|resource| kinds.insert(resource.kind.clone())) {
            for verb in [Verb::Create, Verb::Modify, Verb::Delete] {
                let actions = needed(&resource.kind, verb).unwrap_or_else(|| panic!("{} is not known", resource.kind));
                for action in actions {
                    let allowed = |at: String| {
                        let request = Request { action: (*action).to_owned(), resource: at, ..Request::default() };
                        let request = told(request, &stage).with("iam:PassedToService", passed_to(&resource.kind));
                        let made = roles.may(Who::Execution, &request) == Decision::Allowed;
                        made || roles.may(Who::Execution, &of_the_stage(request, &stage)) == Decision::Allowed
                    };
                    let anywhere = candidates(&world, resource, &stage, action).into_iter().any(allowed);
                    assert!(anywhere, "{}: {verb:?} {} needs {action}", stage.name, resource.kind);
                }
            }
        }
        assert!(kinds.len() > 30, "{kinds:?}");
    }
}

#[test]
fn no_role_of_a_stage_is_allowed_more_than_its_boundary() {
    for (stage, ci) in deployed() {
        let (roles, world) = (Roles::of(&stage, &ci).unwrap(), judge::world(&stage).unwrap());
        let mut seen = 0;
        for role in world.of_kind("AWS::IAM::Role") {
            for policy in role.get("Policies").items() {
                for statement in Policy::read(policy.get("PolicyDocument")).statements {
                    for (action, resource) in pairs(&statement) {
                        seen += 1;
                        // A pattern is taken for a text: what fits it fits the boundary's, if that fits the pattern.
                        let resource = real(&action, &resource, &stage);
                        let request =
                            Request { action: action.clone(), resource: resource.clone(), ..Request::default() };
                        let request =
                            of_the_stage(request, &stage).with("iam:PassedToService", "ecs-tasks.amazonaws.com");
                        let decided = roles.may(Who::Bound, &request);
                        assert_eq!(decided, Decision::Allowed, "{} {}: {action} {resource}", stage.name, role.id);
                    }
                }
            }
        }
        assert!(seen > 50, "{seen}");
    }
}

fn pairs(statement: &check::iam::Statement) -> Vec<(String, String)> {
    let (actions, resources) = (&statement.actions.list, &statement.resources.list);
    actions.iter().flat_map(|action| resources.iter().map(|on| (action.clone(), on.clone()))).collect()
}

/// A name that AWS makes up, as it makes it.
fn real(action: &str, arn: &str, stage: &Stage) -> String {
    let (region, account) = (&stage.region, &stage.account);
    let service = action.split(':').next().unwrap_or_default();
    let made_up = |rest: &str| format!("arn:aws:{service}:{region}:{account}:{rest}");
    match service {
        "iam" => format!("arn:aws:iam::{account}:role{}x", names::roles(stage)),
        // CloudFormation names a secret by its logical id alone.
        "secretsmanager" if arn.contains("WarehouseSecret") => made_up("secret:WarehouseSecret-1"),
        _ if !arn.starts_with('{') => match (arn.find('{'), arn.find('}')) {
            (Some(from), Some(to)) => format!("{}{}-{}-x{}", &arn[..from], stage.project, stage.name, &arn[to + 1..]),
            _ => arn.to_owned(),
        },
        "lambda" => made_up(&format!("function:{}-{}-x:live", stage.project, stage.name)),
        "cloudwatch" => made_up(&format!("alarm:{}-{}-x", stage.project, stage.name)),
        "states" => made_up(&format!("stateMachine:{}-{}-x:live", stage.project, stage.name)),
        "secretsmanager" => made_up("secret:rds!db-1"),
        "redshift-data" => format!("arn:aws:redshift-serverless:{region}:{account}:workgroup/1"),
        "dms" => made_up("task:1"),
        _ => arn.to_owned(),
    }
}

#[test]
fn nothing_is_found_in_what_bootstrap_makes() {
    let golden = Project::find().unwrap().root().join("stacks/tests/golden");
    let files = ["dev", "staging", "prod"].map(|stage| golden.join(stage).join("bootstrap.yaml"));
    for file in files {
        let judged = judge::templates(Clean::none(), std::slice::from_ref(&file)).unwrap();
        assert_eq!(judged.diagnostics, [], "{}: {:#?}", file.display(), judged.diagnostics);
    }
}
