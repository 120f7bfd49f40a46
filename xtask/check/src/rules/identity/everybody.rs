use crate::diagnostic::Severity;
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::rules::policies::of_resources;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-everybody",
    severity: Severity::Error,
    says: "Everybody on the internet may use this resource",
    fix: "Name the accounts, roles or services that may, or ask for aws:PrincipalOrgID, aws:SourceArn or aws:SourceVpce",
    link: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"),
    check,
    passing: super::deputy::RULE.passing,
    failing: "
Resources:
  Jobs: {Type: 'AWS::SQS::Queue', DeletionPolicy: Delete, UpdateReplacePolicy: Delete}
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Jobs]
      PolicyDocument:
        Statement: [{Effect: Allow, Principal: '*', Action: 'sqs:SendMessage', Resource: !GetAtt Jobs.Arn}]
",
};

/// Keys that say who asks, and cannot be made up by whoever asks.
const BOUND: [&str; 10] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "kms:CallerAccount",
];

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, policy) in of_resources(world) {
        for statement in policy.allowing() {
            let everybody = statement.is_for_everybody() || statement.principals_are_excluded;
            if everybody && !BOUND.iter().any(|key| statement.asks_for(key)) {
                let place = Node::new(Kind::Null, statement.place);
                let actions = statement.actions.list.join(", ");
                findings.at(resource, &place, format!("everybody is allowed {actions}"));
            }
        }
    }
    for permission in world.of_kind("AWS::Lambda::Permission").filter(|p| p.text("Principal") == Some("*")) {
        let bound = ["PrincipalOrgID", "SourceArn", "SourceAccount"];
        if bound.iter().all(|key| permission.get(key).is_missing()) {
            findings.at(permission, permission.get("Principal"), "everybody may call the function");
        }
    }
}
