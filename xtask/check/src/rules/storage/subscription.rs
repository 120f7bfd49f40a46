use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::policies::admits;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "subscription-permission",
    severity: Severity::Error,
    says: "The topic may not send to the queue or function that subscribes to it, and every message is lost",
    fix: "Let the queue's policy, or a permission of the function, allow sns.amazonaws.com to send for this topic",
    link: Some("https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html"),
    check,
    passing: "
Resources:
  News: {Type: AWS::SNS::Topic}
  Jobs: {Type: AWS::SQS::Queue}
  Allow:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Jobs]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: sns.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Jobs.Arn
            Condition: {ArnEquals: {'aws:SourceArn': !Ref News}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Jobs.Arn}
",
    failing: "
Resources:
  News: {Type: AWS::SNS::Topic}
  Jobs: {Type: AWS::SQS::Queue}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Jobs.Arn}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for subscription in world.of_kind("AWS::SNS::Subscription") {
        let endpoint = subscription.get("Endpoint");
        if !matches!(subscription.text("Protocol"), Some("sqs" | "lambda")) {
            continue;
        }
        let (Some(topic), Some(target)) = (subscription.text("TopicArn"), endpoint.text()) else {
            findings.unknown(subscription, "its topic or its endpoint");
            continue;
        };
        match admits(world, target, "sns.amazonaws.com", topic) {
            None => findings.unknown(subscription, "who may send to its endpoint"),
            Some(by) if by.is_empty() => {
                let whom = world.find(target).map_or(target, |found| &found.id);
                findings.at(subscription, endpoint, format!("nothing allows sns.amazonaws.com to reach {whom}"));
            }
            Some(_) => {}
        }
    }
}
