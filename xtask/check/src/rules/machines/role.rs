use super::{each_state, machines};
use crate::asl::State;
use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::grants::{access, role_of};
use crate::rules::shared::callee;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "machine-role",
    severity: Severity::Error,
    says: "The machine is made, and its first execution is denied: its role lacks what a task takes",
    fix: "Allow the machine's role the actions that are named; what waits for an end needs the events and the stop too",
    link: Some("https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html"),
    check,
    passing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: states.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: tell
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 'sns:Publish', Resource: 'arn:aws:sns:eu-west-1:1:alerts'}]
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      Definition:
        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            TimeoutSeconds: 60
            Retry: [{ErrorEquals: [States.ALL]}]
            End: true
",
    failing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: states.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: run
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: 'ecs:RunTask', Resource: 'arn:aws:ecs:eu-west-1:1:task-definition/pull:1'}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      Definition:
        StartAt: Pull
        States:
          Pull: {Type: Task, Resource: 'arn:aws:states:::ecs:runTask.sync', TimeoutSeconds: 60, End: true}
",
};

/// What each kind of task takes of the machine's role.
const NEEDS: [(&str, &[&str]); 13] = [
    (
        "ecs:runTask.sync",
        &[
            "ecs:RunTask",
            "ecs:StopTask",
            "ecs:DescribeTasks",
            "events:PutTargets",
            "events:PutRule",
            "events:DescribeRule",
            "iam:PassRole",
        ],
    ),
    ("ecs:runTask", &["ecs:RunTask", "iam:PassRole"]),
    ("glue:startJobRun.sync", &["glue:StartJobRun", "glue:GetJobRun", "glue:BatchStopJobRun"]),
    ("glue:startJobRun", &["glue:StartJobRun"]),
    (
        "athena:startQueryExecution.sync",
        &["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:StopQueryExecution"],
    ),
    (
        "states:startExecution.sync",
        &[
            "states:StartExecution",
            "states:DescribeExecution",
            "states:StopExecution",
            "events:PutTargets",
            "events:PutRule",
            "events:DescribeRule",
        ],
    ),
    ("states:startExecution", &["states:StartExecution"]),
    ("lambda:invoke", &["lambda:InvokeFunction"]),
    ("sns:publish", &["sns:Publish"]),
    ("sqs:sendMessage", &["sqs:SendMessage"]),
    ("dynamodb:putItem", &["dynamodb:PutItem"]),
    ("dynamodb:getItem", &["dynamodb:GetItem"]),
    ("events:putEvents", &["events:PutEvents"]),
];

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, machine) in machines(world, findings) {
        let Some(role) = role_of(world, resource, "RoleArn") else {
            findings.unknown(resource, "what its role allows");
            continue;
        };
        let access = access(world, role);
        if access.open {
            findings.unknown(resource, "what its role allows");
            continue;
        }
        each_state(&machine, |_, state, _| {
            let service = state.service().filter(|_| state.is_task()).unwrap_or_default();
            let Some((_, needs)) = NEEDS.iter().find(|(task, _)| service.starts_with(task)) else { return };
            let called = called(world, state);
            let lacking: Vec<_> = needs
                .iter()
                .copied()
                .filter(|action| match &called {
                    Some(arn) => access.allowing(action, arn).next().is_none(),
                    None => !access.grants.iter().any(|grant| grant.allows(action)),
                })
                .collect();
            if !lacking.is_empty() {
                let message = format!("{} needs {}, which {} does not allow", state.name, lacking.join(", "), role.id);
                findings.at(resource, &state.node, message);
            }
        });
    }
}

/// The ARN of the function that a task calls, where that is known.
fn called(world: &World, state: &State) -> Option<String> {
    let named = ["Parameters", "Arguments"].map(|part| state.node.get(part).get("FunctionName"));
    let callee = named.into_iter().filter_map(Node::text).find_map(|name| callee(world, name))?;
    let arn = callee.function.arn(&world.location);
    Some(callee.by.map_or(arn.clone(), |by| format!("{arn}:{by}")))
}
