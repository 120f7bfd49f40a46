use crate::diagnostic::Severity;
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::rules::policies::of_identities;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-star-action",
    severity: Severity::Error,
    says: "An identity that may do anything with a service does, on the day that its code or its key is in other hands",
    fix: "Name the actions that are used",
    link: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"),
    check,
    passing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::lake/*'}]
",
    failing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: everything
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 's3:*', Resource: 'arn:aws:s3:::lake/*'}]
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, policy) in of_identities(world) {
        for statement in policy.allowing() {
            let place = Node::new(Kind::Null, statement.place);
            if statement.actions.is_excluded {
                findings.at(resource, &place, "NotAction allows everything else, also what AWS adds tomorrow");
            }
            let whole = statement.actions.list.iter().find(|action| *action == "*" || action.ends_with(":*"));
            if let Some(action) = whole.filter(|_| !statement.actions.is_excluded) {
                findings.at(resource, &place, format!("{action} is allowed"));
            }
        }
    }
}
