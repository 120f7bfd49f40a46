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

/// Identity providers that many share: on whose behalf they ask is in `sub`.
const SHARED: [&str; 3] = ["token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io"];

/// What else says it.
const OTHERS: [&str; 7] = [
    ":repository",
    ":repository_owner",
    ":repository_id",
    ":repository_owner_id",
    ":job_workflow_ref",
    ":project_path",
    ":terraform_organization_id",
];

/// Who else may come by way of an identity provider, if more than somebody who is named.
fn federated(statement: &Statement) -> Option<String> {
    let provider = statement.principals.iter().find_map(|principal| principal.strip_prefix("Federated:"))?;
    if statement.conditions.is_empty() {
        return Some("anybody that the identity provider knows".to_owned());
    }
    let of = |shared: &&&str| {
        let named = |key: &str| key.strip_prefix(**shared).is_some_and(|rest| rest.starts_with(':'));
        provider.ends_with(**shared) || statement.conditions.iter().any(|condition| named(&condition.key))
    };
    let shared = SHARED.iter().find(of)?;
    if statement.conditions.iter().any(|condition| OTHERS.iter().any(|other| condition.key.ends_with(other))) {
        return None;
    }
    let mut subjects = statement.conditions.iter().filter(|condition| condition.key.ends_with(":sub")).peekable();
    let anybody = format!("anybody who has a project at {shared}");
    if subjects.peek().is_none() {
        return Some(anybody);
    }
    // `repo:owner/name:…`: a star in the owner is everybody.
    let is_wide = |value: &&String| {
        let rest = value.split_once(':').map_or(value.as_str(), |(_, rest)| rest);
        rest.split(['/', ':']).next().is_some_and(|owner| owner.contains('*'))
    };
    let wide = subjects.flat_map(|condition| &condition.values).find(is_wide)?;
    Some(format!("{anybody}, by {wide:?},"))
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
            ("{StringLike: {'gitlab.com:sub': 'project_path:millrace/*'}}".to_owned(), 0),
        ] {
            assert_eq!(with(github, &condition), faults, "{condition}");
        }
        assert_eq!(with("x", &format!("{{StringEquals: {{'{github}:aud': sts.amazonaws.com}}}}")), 1, "by its keys");
        assert_eq!(with("gitlab.com", "{StringEquals: {'gitlab.com:aud': us}}"), 1);
        assert_eq!(with("accounts.example.com", "{StringEquals: {'accounts.example.com:aud': us}}"), 0, "one's own");
    }
}
