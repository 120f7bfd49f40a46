use super::policies::of_resources;
use crate::diagnostic::Severity;
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-confused-deputy",
    severity: Severity::Error,
    says: "A service that anybody can ask to act will act on this resource for strangers too",
    fix: "Ask for aws:SourceArn or aws:SourceAccount in a condition",
    link: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"),
    check,
    passing: "
Resources:
  Topic: {Type: 'AWS::SNS::Topic'}
  Policy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: sns:Publish
            Resource: !Ref Topic
            Condition: {ArnLike: {'aws:SourceArn': 'arn:aws:events:eu-west-1:1:rule/daily'}}
",
    failing: "
Resources:
  Topic: {Type: 'AWS::SNS::Topic'}
  Policy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: 'sns:Publish', Resource: !Ref Topic}
",
};

/// Services that act on a resource because somebody's own resource tells them to, and say whose.
const DEPUTIES: [&str; 7] = [
    "budgets.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "events.amazonaws.com",
    "s3.amazonaws.com",
    "ses.amazonaws.com",
    "sns.amazonaws.com",
];

const BOUND: [&str; 4] = ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOwner"];

fn check(world: &World, findings: &mut Findings<'_>) {
    // A key's own policy is about using the key; whose message it is, is for the topic's or the queue's policy to ask.
    for (resource, policy) in of_resources(world).into_iter().filter(|(resource, _)| resource.kind != "AWS::KMS::Key") {
        for statement in policy.allowing() {
            let deputy = statement.services().find(|service| DEPUTIES.contains(service));
            if let Some(service) = deputy.filter(|_| !BOUND.iter().any(|key| statement.asks_for(key))) {
                let place = Node::new(Kind::Null, statement.place);
                findings.at(resource, &place, format!("{service} may do this for any account"));
            }
        }
    }
    for permission in world.of_kind("AWS::Lambda::Permission") {
        let service = permission.text("Principal").filter(|service| DEPUTIES.contains(service));
        let bound = !permission.get("SourceArn").is_missing() || !permission.get("SourceAccount").is_missing();
        if let Some(service) = service.filter(|_| !bound) {
            findings.at(permission, permission.get("Principal"), format!("{service} may call this for any account"));
        }
    }
}
