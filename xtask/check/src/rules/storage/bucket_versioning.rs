use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{BUCKET, same};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "bucket-versioning",
    severity: Severity::Error,
    says: "Data that a faulty run overwrites or deletes cannot be brought back",
    fix: "Set VersioningConfiguration.Status to Enabled",
    link: Some("https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html"),
    check,
    passing: "
Resources:
  Lake:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration:
        {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
      VersioningConfiguration: {Status: Enabled}
      LifecycleConfiguration: {Rules: [{Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}}]}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Lake
      PolicyDocument:
        Statement:
          - Effect: Deny
            Principal: '*'
            Action: s3:*
            Resource: [!GetAtt Lake.Arn, !Sub '${Lake.Arn}/*']
            Condition: {Bool: {'aws:SecureTransport': false}}
",
    failing: "
Resources:
  Lake:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration:
        {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
      LifecycleConfiguration: {Rules: [{Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}}]}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Lake
      PolicyDocument:
        Statement:
          - Effect: Deny
            Principal: '*'
            Action: s3:*
            Resource: [!GetAtt Lake.Arn, !Sub '${Lake.Arn}/*']
            Condition: {Bool: {'aws:SecureTransport': false}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for bucket in world.of_kind(BUCKET).filter(|bucket| !takes_logs(world, bucket)) {
        let status = bucket.get("VersioningConfiguration.Status");
        if status.is_unknown() {
            findings.unknown(bucket, "whether it keeps versions");
        } else if status.text() != Some("Enabled") {
            findings.at(bucket, status, "an object that is overwritten or deleted is gone");
        }
    }
}

/// Access logs of another bucket are no data that anything overwrites.
fn takes_logs(world: &World, bucket: &Resource) -> bool {
    let mut logs = world.of_kind(BUCKET).map(|other| other.text("LoggingConfiguration.DestinationBucketName"));
    logs.any(|name| name.and_then(|name| world.find(name)).is_some_and(|found| same(found, bucket)))
}
