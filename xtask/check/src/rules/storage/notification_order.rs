use super::notifications;
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::policies::admits;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "notification-order",
    severity: Severity::Error,
    says: "The bucket is created before S3 may reach what it notifies: the stack fails, and works the next time by \
           chance",
    fix: "Name the target's policy or permission in the bucket's DependsOn, and give the bucket's ARN there by its \
          name",
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
            Condition: {ArnLike: {'aws:SourceArn': 'arn:aws:s3:::raw'}, StringEquals: {'aws:SourceAccount': !Ref 'AWS::AccountId'}}
  Raw:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: raw
      NotificationConfiguration:
        QueueConfigurations: [{Event: 's3:ObjectCreated:*', Queue: !GetAtt Jobs.Arn}]
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for notification in notifications::of(world) {
        let bucket = notification.bucket;
        let Some(target) = notification.target.text() else { continue };
        let by = admits(world, target, "s3.amazonaws.com", &bucket.arn(&world.location)).unwrap_or_default();
        if let Some(first) = by.first()
            && !by.iter().any(|policy| world.is_made_after(bucket, policy))
        {
            findings.on(
                bucket,
                format!("nothing makes it wait for {}, without which S3 cannot reach its target", first.id),
            );
        }
    }
}
