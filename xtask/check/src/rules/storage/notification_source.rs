use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::policies::in_document;
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "notification-source",
    severity: Severity::Error,
    says: "Somebody else can send to the queue, topic or function in the name of S3: an ARN of a bucket says nothing \
           about whose it is",
    fix: "Name the bucket as SourceArn and the account as SourceAccount",
    link: Some("https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html"),
    check,
    passing: "
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Allow:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Jobs]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: s3.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Jobs.Arn
            Condition: {ArnLike: {'aws:SourceArn': 'arn:aws:s3:::raw'}, StringEquals: {'aws:SourceAccount': !Ref 'AWS::AccountId'}}
  Raw:
    Type: AWS::S3::Bucket
    DependsOn: Allow
    Properties:
      BucketName: raw
      NotificationConfiguration:
        QueueConfigurations: [{Event: 's3:ObjectCreated:*', Queue: !GetAtt Jobs.Arn}]
",
    failing: "
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Allow:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Jobs]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: s3.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Jobs.Arn
            Condition: {ArnLike: {'aws:SourceArn': 'arn:aws:s3:::raw'}}
  Raw:
    Type: AWS::S3::Bucket
    DependsOn: Allow
    Properties:
      BucketName: raw
      NotificationConfiguration:
        QueueConfigurations: [{Event: 's3:ObjectCreated:*', Queue: !GetAtt Jobs.Arn}]
",
};

const S3: &str = "s3.amazonaws.com";

fn check(world: &World, findings: &mut Findings<'_>) {
    for permission in world.of_kind("AWS::Lambda::Permission") {
        if permission.text("Principal") == Some(S3) {
            let given = ["SourceArn", "SourceAccount"].map(|key| permission.get(key).is_missing());
            tell(permission, &permission.properties, given, findings);
        }
    }
    let policies =
        world.resources().filter(|one| matches!(one.kind.as_str(), "AWS::SQS::QueuePolicy" | "AWS::SNS::TopicPolicy"));
    for statement in policies.flat_map(|policy| in_document(policy, "PolicyDocument")) {
        if statement.allows() && statement.names(S3) {
            let given = ["aws:SourceArn", "aws:SourceAccount"].map(|key| statement.condition(key).is_empty());
            tell(statement.by, statement.node, given, findings);
        }
    }
}

fn tell(policy: &Resource, node: &Node, [no_arn, no_account]: [bool; 2], findings: &mut Findings<'_>) {
    let lacks = match (no_arn, no_account) {
        (false, false) => return,
        (true, true) => "neither SourceArn nor SourceAccount: any bucket of anybody may send",
        (true, false) => "no SourceArn: any bucket of the account may send",
        (false, true) => "no SourceAccount: who takes the bucket's name after it was deleted may send",
    };
    findings.at(policy, node, format!("it names {lacks}"));
}
