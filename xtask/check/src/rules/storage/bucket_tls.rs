use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::policies::{Statement, is_open, statements};
use crate::rules::shared::BUCKET;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "bucket-tls",
    severity: Severity::Error,
    says: "Whoever is configured to reach the bucket without TLS sends data and keys readable over the network, and \
           nobody notices",
    fix: "Give the bucket a policy that denies s3:* where aws:SecureTransport is false, on the bucket and its objects",
    link: Some("https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html"),
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
      LifecycleConfiguration: {Rules: [{Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}}]}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Lake
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: '*'
            Action: s3:*
            Resource: [!GetAtt Lake.Arn, !Sub '${Lake.Arn}/*']
            Condition: {Bool: {'aws:SecureTransport': false}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for bucket in world.of_kind(BUCKET) {
        let all = statements(world, bucket);
        // Without TLS, or with an old one.
        let over_tls = |one: &Statement<'_>| {
            let plain = one.condition("aws:SecureTransport").iter().any(|value| value.bool() == Some(false));
            let denies = one.node.get("Effect").text() == Some("Deny") && one.is_for("*");
            denies && (plain || !one.condition("s3:TlsVersion").is_empty())
        };
        if all.iter().any(over_tls) {
            continue;
        }
        if is_open(world, "AWS::S3::BucketPolicy", "Bucket") {
            findings.unknown(bucket, "its policy");
        } else {
            findings.on(bucket, "no policy denies access without TLS");
        }
    }
}
