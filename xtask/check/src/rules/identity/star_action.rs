use crate::diagnostic::Severity;
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::rules::policies::of_identities;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-star-action",
    severity: Severity::Error,
    says: "An identity that may do anything with a service does, on the day that its code or its key is in other hands",
    fix: "Name the actions that are used",
    link: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"),
    check,
    passing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::lake/*'}]
",
    failing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: everything
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 's3:*', Resource: 'arn:aws:s3:::lake/*'}]
",
};

/// AWS's own policies that allow all of a service, as their names say. Those for a service's own role (`service-role/`) and
/// what only reads or calls are none.
fn is_everything(arn: &str) -> bool {
    let name = arn.strip_prefix("arn:aws:iam::aws:policy/").unwrap_or_default();
    matches!(name, "AdministratorAccess" | "PowerUserAccess")
        || (name.ends_with("FullAccess") && !name.contains('/') && !name.contains("Invoke"))
}

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, policy) in of_identities(world) {
        for statement in policy.allowing() {
            let place = Node::new(Kind::Null, statement.place);
            if statement.actions.is_excluded {
                let but = statement.actions.list.join(" and ");
                findings.at(resource, &place, format!("all but {but} is allowed, also what AWS adds tomorrow"));
                continue;
            }
            if let Some(action) = statement.actions.list.iter().find(|action| *action == "*" || action.ends_with(":*"))
            {
                findings.at(resource, &place, format!("{action} is allowed"));
            }
        }
    }
    for identity in world.resources().filter(|resource| resource.kind.starts_with("AWS::IAM::")) {
        for arn in identity.get("ManagedPolicyArns").items() {
            if let Some(policy) = arn.text().filter(|arn| is_everything(arn)) {
                let name = policy.rsplit('/').next().unwrap_or(policy);
                let what =
                    if name.ends_with("FullAccess") { "everything that its service does" } else { "every action" };
                findings.at(identity, arn, format!("{name} allows {what}, on every resource"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    #[test]
    fn a_policy_of_aws_that_allows_everything_counts_too() {
        let with = |arn: &str| {
            let text = format!(
                "Resources: {{R: {{Type: AWS::IAM::Role, Properties: {{ManagedPolicyArns: ['arn:aws:iam::aws:policy/{arn}']}}}}}}"
            );
            found(&RULE, &text).len()
        };
        assert_eq!((with("AdministratorAccess"), with("AmazonS3FullAccess"), with("PowerUserAccess")), (1, 1, 1));
        let (own, reading) = (with("service-role/AWSLambdaBasicExecutionRole"), with("AmazonS3ReadOnlyAccess"));
        assert_eq!((own, reading), (0, 0));
    }

    #[test]
    fn a_policy_that_only_bounds_others_grants_nothing() {
        let boundary = "
Resources:
  Bounds:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}}
  Role: {Type: AWS::IAM::Role, Properties: {PermissionsBoundary: !Ref Bounds}}";
        assert_eq!(found(&RULE, boundary).len(), 0);
        let attached = boundary.replace("!Ref Bounds}", "!Ref Bounds, ManagedPolicyArns: [!Ref Bounds]}");
        assert_eq!(found(&RULE, &attached).len(), 1, "it is attached too");
        let alone = boundary.replace("PermissionsBoundary", "Path");
        assert_eq!(found(&RULE, &alone).len(), 1, "it bounds nothing");
    }
}
