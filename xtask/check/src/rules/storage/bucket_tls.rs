use crate::diagnostic::Severity;
use crate::iam::{Decision, Policy, Request, decide};
use crate::rule::{Findings, Rule};
use crate::rules::policies::{at, is_open};
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

/// What somebody of the account may ask for who may do everything.
const ASKED: [(&str, &str); 3] = [("s3:GetObject", "/x"), ("s3:PutObject", "/x"), ("s3:ListBucket", "")];

fn check(world: &World, findings: &mut Findings<'_>) {
    for bucket in world.of_kind(BUCKET) {
        let policies: Vec<_> = at(world, bucket).into_iter().map(|(_, policy)| policy).collect();
        let arn = bucket.arn(&world.location);
        let denied = |(action, inside): &(&str, &str)| {
            let request = Request {
                principal: format!("AWS:arn:aws:iam::{}:role/x", world.location.account),
                action: (*action).to_owned(),
                resource: format!("{arn}{inside}"),
                ..Request::default()
            };
            let request = request.with("aws:SecureTransport", "false");
            decide(&[], &policies.iter().collect::<Vec<_>>(), &request) == Decision::Denied
        };
        let Some((action, _)) = ASKED.iter().find(|asked| !denied(asked)) else { continue };
        let unknown = |policy: &Policy| {
            policy.is_partly_unknown || policy.statements.iter().any(|statement| statement.resources.is_open)
        };
        if is_open(world, BUCKET) || policies.iter().any(unknown) {
            findings.unknown(bucket, "its policy");
        } else {
            findings.on(bucket, format!("no policy denies {action} without TLS"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    #[test]
    fn a_policy_written_as_text_counts_as_one() {
        let with = |effect: &str, value: &str| {
            found(
                &RULE,
                &format!(
                    r#"
Resources:
  Lake: {{Type: AWS::S3::Bucket}}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Lake
      PolicyDocument: !Sub |
        {{"Statement": [{{"Effect": "{effect}", "Principal": "*", "Action": "s3:*", "Resource": ["${{Lake.Arn}}", "${{Lake.Arn}}/*"],
          "Condition": {{"Bool": {{"aws:SecureTransport": "{value}"}}}}}}]}}
"#
                ),
            )
            .len()
        };
        assert_eq!(
            (with("Deny", "false"), with("Deny", "False"), with("Deny", "true"), with("Allow", "false")),
            (0, 0, 1, 1)
        );
    }
}
