use crate::diagnostic::Severity;
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::rules::policies::of_identities;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-action-fits",
    severity: Severity::Error,
    says: "The action is not allowed after all, since it is never asked of such a resource, and the call is denied",
    fix: "Give the action the ARN of what it acts on: objects are bucket/*, their listing is asked of the bucket",
    link: Some(
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    ),
    check,
    passing: super::star_action::RULE.passing,
    failing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::lake'}]
",
};

/// Of S3, the actions that are asked of objects; all others that are used with ARNs are asked of buckets.
const OF_OBJECTS: [&str; 8] =
    ["Object", "MultipartUploadParts", "AbortMultipartUpload", "Tagging", "Acl", "Retention", "LegalHold", "Version"];
const OF_BUCKETS: [&str; 6] =
    ["s3:listbucket", "s3:getbucket", "s3:putbucket", "s3:deletebucket", "s3:createbucket", "s3:getlifecycle"];

/// Services whose actions are asked of ARNs of these services only. Of a service that is not here nothing is said.
const ASKED_OF: [(&str, &[&str]); 25] = [
    ("athena", &["athena"]),
    ("batch", &["batch"]),
    ("dms", &["dms"]),
    ("dynamodb", &["dynamodb"]),
    ("ecr", &["ecr"]),
    ("ecs", &["ecs"]),
    ("elasticfilesystem", &["elasticfilesystem"]),
    ("events", &["events"]),
    ("firehose", &["firehose"]),
    ("glue", &["glue"]),
    ("iam", &["iam"]),
    ("kafka-cluster", &["kafka"]),
    ("kinesis", &["kinesis"]),
    ("kms", &["kms"]),
    ("lambda", &["lambda"]),
    ("logs", &["logs"]),
    ("rds-data", &["rds"]),
    ("rds-db", &["rds-db"]),
    ("redshift-data", &["redshift", "redshift-serverless"]),
    ("s3", &["s3"]),
    ("secretsmanager", &["secretsmanager"]),
    ("sns", &["sns"]),
    ("sqs", &["sqs"]),
    ("states", &["states"]),
    ("sts", &["iam", "sts"]),
];

/// Whether an action can be asked of what an ARN names; of what is not known, yes.
fn fits(action: &str, arn: &str) -> bool {
    let (service, name) = action.split_once(':').unwrap_or((action, ""));
    let mut parts = arn.splitn(6, ':');
    let of = parts.nth(2).unwrap_or_default();
    if of.is_empty() || of.contains(['*', '{', '?']) || action.contains('*') {
        return true;
    }
    let asked_of = ASKED_OF.iter().find(|(known, _)| known.eq_ignore_ascii_case(service));
    if asked_of.is_some_and(|(_, all)| !all.contains(&of)) {
        return false;
    }
    let rest = parts.nth(2).unwrap_or_default();
    // What is asked of a bucket is asked of an access point, and of its objects as of the bucket's.
    let inside = match rest.strip_prefix("accesspoint/") {
        Some(point) => point.contains("/object") || point.ends_with("/*"),
        None => rest.contains('/'),
    };
    let lower = action.to_lowercase();
    match service {
        "s3" if OF_BUCKETS.iter().any(|of_bucket| lower.starts_with(of_bucket)) => !inside,
        "s3" if OF_OBJECTS.iter().any(|of_object| name.contains(of_object)) => inside || rest.contains('*'),
        _ => true,
    }
}

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, policy) in of_identities(world) {
        for statement in policy.allowing().filter(|s| !s.resources.is_excluded && !s.resources.is_open) {
            for action in &statement.actions.list {
                let arns = &statement.resources.list;
                if !arns.is_empty() && arns.iter().all(|arn| arn.starts_with("arn:") && !fits(action, arn)) {
                    let place = Node::new(Kind::Null, statement.place);
                    findings.at(resource, &place, format!("{action} is never asked of {}", arns.join(" or ")));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn an_action_is_asked_of_what_its_service_has() {
        for (action, arn) in [
            ("sts:AssumeRole", "arn:aws:iam::1:role/x"),
            ("rds-data:ExecuteStatement", "arn:aws:rds:r:1:cluster:c"),
            ("redshift-data:ExecuteStatement", "arn:aws:redshift-serverless:r:1:workgroup/w"),
            ("s3:ListBucket", "arn:aws:s3:r:1:accesspoint/ap"),
            ("s3:GetObject", "arn:aws:s3:r:1:accesspoint/ap/object/*"),
            ("s3:GetObject", "arn:aws:s3:::lake*"),
            ("ssm:SendCommand", "arn:aws:ec2:r:1:instance/*"),
            ("some:Thing", "arn:aws:other:r:1:x"),
        ] {
            assert!(fits(action, arn), "{action} {arn}");
        }
        for (action, arn) in [
            ("sqs:SendMessage", "arn:aws:sns:r:1:t"),
            ("sts:AssumeRole", "arn:aws:lambda:r:1:function:f"),
            ("rds-data:ExecuteStatement", "arn:aws:secretsmanager:r:1:secret:s"),
            ("s3:ListBucket", "arn:aws:s3:::lake/*"),
            ("s3:ListBucket", "arn:aws:s3:r:1:accesspoint/ap/object/*"),
            ("s3:GetObject", "arn:aws:s3:r:1:accesspoint/ap"),
            ("s3:GetObject", "arn:aws:s3:::lake"),
        ] {
            assert!(!fits(action, arn), "{action} {arn}");
        }
    }
}
