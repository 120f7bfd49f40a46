use super::notifications;
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::policies::admits;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "notification-permission",
    severity: Severity::Error,
    says: "S3 tries to reach the target when the notification is set, may not, and the stack is rolled back",
    fix: "Let the target's policy, or a permission of the function, allow s3.amazonaws.com to send for this bucket",
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
            Condition: {ArnLike: {'aws:SourceArn': 'arn:aws:s3:::other'}, StringEquals: {'aws:SourceAccount': !Ref 'AWS::AccountId'}}
  Raw:
    Type: AWS::S3::Bucket
    DependsOn: Allow
    Properties:
      BucketName: raw
      NotificationConfiguration:
        QueueConfigurations: [{Event: 's3:ObjectCreated:*', Queue: !GetAtt Jobs.Arn}]
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for notification in notifications::of(world) {
        let bucket = notification.bucket;
        let arn = bucket.arn(&world.location);
        let Some(target) = notification.target.text() else {
            findings.unknown(bucket, "whom it notifies");
            continue;
        };
        match admits(world, target, "s3.amazonaws.com", &arn) {
            None => findings.unknown(bucket, "who may send to what it notifies"),
            Some(by) if by.is_empty() => {
                let whom = world.find(target).map_or(target, |found| &found.id);
                findings.at(
                    bucket,
                    notification.target,
                    format!("nothing allows S3 to reach {whom} for {}", bucket.id),
                );
            }
            Some(_) => {}
        }
    }
}
