use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::BUCKET;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "bucket-public",
    severity: Severity::Error,
    says: "One wrong policy or access list makes the data public",
    fix: "Set all four values of PublicAccessBlockConfiguration to true",
    link: Some("https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"),
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
        {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: false, RestrictPublicBuckets: true}
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
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for bucket in world.of_kind(BUCKET) {
        let block = bucket.get("PublicAccessBlockConfiguration");
        if block.is_unknown() {
            findings.unknown(bucket, "what it blocks");
            continue;
        }
        let keys = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
        let open = |key: &&str| !block.get(key).is_unknown() && block.get(key).bool() != Some(true);
        let open: Vec<_> = keys.into_iter().filter(open).collect();
        if !open.is_empty() {
            findings.at(
                bucket,
                block,
                format!("{} {} not true", open.join(", "), if open.len() == 1 { "is" } else { "are" }),
            );
        }
    }
}
