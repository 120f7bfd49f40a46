use crate::diagnostic::Severity;
use crate::iam::{Policy, Statement};
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "role-trust",
    severity: Severity::Error,
    says: "Whoever may take on the role has all that it allows, and here that is more than the one who should",
    fix: "Trust one service or role; for services that act for many accounts, ask for aws:SourceAccount too, and for an \
          identity provider that many share, name the repository in its sub",
    link: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"),
    check,
    passing: super::star_action::RULE.passing,
    failing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {AWS: '*'}, Action: 'sts:AssumeRole'}]
  Deliver:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: firehose.amazonaws.com}, Action: 'sts:AssumeRole'}]
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Federated: 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com'}
            Action: sts:AssumeRoleWithWebIdentity
            Condition: {StringLike: {'token.actions.githubusercontent.com:sub': 'repo:*'}}
",
};

/// Services that take on roles on behalf of whoever asked them, in any account, and tell for which.
const FOR_MANY: [&str; 3] = ["scheduler.amazonaws.com", "firehose.amazonaws.com", "dms.amazonaws.com"];

fn check(world: &World, findings: &mut Findings<'_>) {
    for role in world.of_kind("AWS::IAM::Role") {
        let policy = Policy::read(role.get("AssumeRolePolicyDocument"));
        for statement in policy.allowing() {
            let place = Node::new(Kind::Null, statement.place);
            let bound =
                ["aws:SourceAccount", "aws:SourceArn", "sts:ExternalId", "aws:PrincipalOrgID", "aws:PrincipalArn"];
            let is_bound = bound.iter().any(|key| statement.asks_for(key));
            if (statement.is_for_everybody() || statement.principals_are_excluded) && !is_bound {
                findings.at(role, &place, "everybody may take on this role");
            }
            if let Some(service) = statement.services().find(|service| FOR_MANY.contains(service) && !is_bound) {
                findings.at(role, &place, format!("{service} may take on this role for any account that asks it to"));
            }
            if let Some(who) = federated(statement) {
                findings.at(role, &place, format!("{who} may take on this role"));
            }
        }
    }
}

/// Who else may come by way of an identity provider, if more than somebody who is named.
fn federated(statement: &Statement) -> Option<String> {
    let provider = statement.principals.iter().find_map(|principal| principal.strip_prefix("Federated:"))?;
    if statement.conditions.is_empty() {
        return Some("anybody that the identity provider knows".to_owned());
    }
    // A provider that many share says by `sub` on whose behalf it asks.
    if !provider.ends_with("token.actions.githubusercontent.com") {
        return None;
    }
    let subjects: Vec<_> = statement.conditions.iter().filter(|condition| condition.key.ends_with(":sub")).collect();
    let others = ["repository", "repository_owner", "repository_id", "repository_owner_id", "job_workflow_ref"];
    let asks_otherwise =
        statement.conditions.iter().any(|one| others.iter().any(|other| one.key.ends_with(&format!(":{other}"))));
    if subjects.is_empty() && !asks_otherwise {
        return Some("a workflow of anybody's repository".to_owned());
    }
    // The owner comes first: a star within it is everybody.
    let is_wide = |value: &&String| {
        let owner = value.strip_prefix("repo:").and_then(|rest| rest.split_once('/')).map(|(owner, _)| owner);
        owner.map_or(value.contains('*'), |owner| owner.contains('*'))
    };
    let wide = subjects.iter().flat_map(|condition| &condition.values).find(is_wide).filter(|_| !asks_otherwise)?;
    Some(format!("a workflow of anybody's repository, by {wide:?},"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    #[test]
    fn an_identity_provider_has_to_say_on_whose_behalf_it_asks() {
        let with = |provider: &str, condition: &str| {
            let statement = format!(
                "{{Effect: Allow, Principal: {{Federated: 'arn:aws:iam::111111111111:oidc-provider/{provider}'}},
                   Action: 'sts:AssumeRoleWithWebIdentity', Condition: {condition}}}"
            );
            found(
                &RULE,
                &format!(
                    "Resources: {{R: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: \
                     {{Statement: [{statement}]}}}}}}}}"
                ),
            )
            .len()
        };
        let github = "token.actions.githubusercontent.com";
        let like =
            |sub: &str| format!("{{StringLike: {{'{github}:sub': '{sub}', '{github}:aud': sts.amazonaws.com}}}}");
        for (condition, faults) in [
            ("{}".to_owned(), 1),
            (format!("{{StringEquals: {{'{github}:aud': sts.amazonaws.com}}}}"), 1),
            (like("*"), 1),
            (like("repo:*"), 1),
            (like("repo:*/*:ref:refs/heads/main"), 1),
            (like("repo:millrace/*"), 0),
            (like("repo:millrace/lake:ref:refs/heads/main"), 0),
            (format!("{{StringEquals: {{'{github}:repository_owner_id': '7'}}}}"), 0),
        ] {
            assert_eq!(with(github, &condition), faults, "{condition}");
        }
        assert_eq!(with("accounts.example.com", "{StringEquals: {'accounts.example.com:aud': us}}"), 0, "one's own");
    }
}
