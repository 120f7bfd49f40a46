use crate::diagnostic::Severity;
use crate::iam::{Decision, Request, decide};
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::rules::policies::of_resources;
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
const STRANGE_BUCKET: &str = "arn:aws:s3:::a-strangers";
const STRANGE_ACCOUNT: &str = "999999999999";

fn check(world: &World, findings: &mut Findings<'_>) {
    for permission in world.of_kind("AWS::Lambda::Permission") {
        if permission.text("Principal") == Some(S3) {
            let lets = ["SourceArn", "SourceAccount"].map(|key| permission.get(key).is_missing());
            tell(permission, &permission.properties, lets, findings);
        }
    }
    for (by, policy) in of_resources(world) {
        if !by.kind.starts_with("AWS::SQS::") && !by.kind.starts_with("AWS::SNS::") {
            continue;
        }
        let policy = policy.of_its_resource();
        for statement in policy.allowing().filter(|statement| statement.services().any(|service| service == S3)) {
            let bucket = statement.wants("aws:SourceArn").unwrap_or_else(|| STRANGE_BUCKET.to_owned());
            let account = statement.wants("aws:SourceAccount").unwrap_or_else(|| STRANGE_ACCOUNT.to_owned());
            let lets = |bucket: &str, account: &str| {
                let request = Request { principal: format!("Service:{S3}"), ..Request::default() };
                let request = Request { action: statement.an_action(), ..request }
                    .with("aws:SecureTransport", "true")
                    .with("aws:SourceArn", bucket)
                    .with("aws:SourceAccount", account);
                decide(&[], &[&policy], &request) == Decision::Allowed
            };
            let place = Node::new(Kind::Null, statement.place);
            tell(by, &place, [lets(STRANGE_BUCKET, &account), lets(&bucket, STRANGE_ACCOUNT)], findings);
        }
    }
}

fn tell(policy: &Resource, node: &Node, [any_bucket, any_account]: [bool; 2], findings: &mut Findings<'_>) {
    let lacks = match (any_bucket, any_account) {
        (false, false) => return,
        (true, true) => "neither a SourceArn nor a SourceAccount: any bucket of anybody may send",
        (true, false) => "no SourceArn: any bucket of the account may send",
        (false, true) => "no SourceAccount: who takes the bucket's name after it was deleted may send",
    };
    findings.at(policy, node, format!("it asks for {lacks}"));
}
