use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::BUCKET;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "bucket-lifecycle",
    severity: Severity::Warning,
    says: "Old versions and unfinished uploads pile up unseen, and are paid for every month",
    fix: "Give the bucket a LifecycleConfiguration that drops old versions and unfinished uploads",
    link: Some("https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html"),
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
      VersioningConfiguration: {Status: Enabled}
      LifecycleConfiguration: {Rules: [{Status: Disabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}}]}
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
    for bucket in world.of_kind(BUCKET) {
        let rules = bucket.get("LifecycleConfiguration.Rules");
        if rules.is_unknown() {
            findings.unknown(bucket, "its lifecycle");
        } else if !rules.items().iter().any(|rule| rule.get("Status").text() != Some("Disabled")) {
            findings.at(bucket, rules, "nothing that is stored in it ever goes away or moves");
        }
    }
}
