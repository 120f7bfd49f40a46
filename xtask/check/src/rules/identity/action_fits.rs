use crate::diagnostic::Severity;
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::rules::policies::of_identities;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-action-fits",
    severity: Severity::Error,
    says: "The statement allows nothing, since the action is never asked of such a resource, and the call is denied",
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

/// Services whose actions are asked of another service's ARNs.
fn service_of(action: &str) -> &str {
    match action.split(':').next().unwrap_or_default() {
        "dms" => "dms",
        "redshift-data" => "redshift",
        "rds-db" => "rds-db",
        other => other,
    }
}

/// Whether an action can be asked of what an ARN names; of what is not known, yes.
fn fits(action: &str, arn: &str) -> bool {
    let (service, name) = (service_of(action), action.split(':').nth(1).unwrap_or_default());
    let mut parts = arn.splitn(6, ':');
    let of = parts.nth(2).unwrap_or_default();
    if of.is_empty() || of.contains(['*', '{', '?']) || action.contains('*') {
        return true;
    }
    // Some services are asked of what belongs to another: Athena of the catalog, a schedule's role and the like.
    let same = of == service || matches!((service, of), ("redshift", "redshift-serverless") | ("events", "states"));
    if !same {
        return false;
    }
    let lower = action.to_lowercase();
    let rest = parts.nth(2).unwrap_or_default();
    match service {
        "s3" if OF_BUCKETS.iter().any(|of_bucket| lower.starts_with(of_bucket)) => !rest.contains('/'),
        "s3" if OF_OBJECTS.iter().any(|of_object| name.contains(of_object)) => rest.contains(['/', '*']),
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
