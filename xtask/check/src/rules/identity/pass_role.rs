use crate::diagnostic::Severity;
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::rules::policies::of_identities;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-pass-role",
    severity: Severity::Error,
    says: "Whoever may pass a role to any service has all that the role allows, by way of a service of their choice",
    fix: "Add the condition iam:PassedToService, and name the role",
    link: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"),
    check,
    passing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: run
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: iam:PassRole
                Resource: arn:aws:iam::1:role/task
                Condition: {StringEquals: {'iam:PassedToService': ecs-tasks.amazonaws.com}}
",
    failing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: run
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 'iam:PassRole', Resource: 'arn:aws:iam::1:role/task'}]
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, policy) in of_identities(world) {
        for statement in policy.allowing().filter(|statement| statement.actions.take_action("iam:PassRole")) {
            if !statement.asks_for("iam:PassedToService") {
                let place = Node::new(Kind::Null, statement.place);
                findings.at(resource, &place, "iam:PassRole is allowed to any service");
            }
        }
    }
}
