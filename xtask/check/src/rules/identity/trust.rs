use crate::diagnostic::Severity;
use crate::iam::Policy;
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "role-trust",
    severity: Severity::Error,
    says: "Whoever may take on the role has all that it allows, and here that is more than the one who should",
    fix: "Trust one service or role; for services that act for many accounts, ask for aws:SourceAccount too",
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
            let federated = statement.principals.iter().any(|principal| principal.starts_with("Federated:"));
            if federated && statement.conditions.is_empty() {
                findings.at(role, &place, "anybody that the identity provider knows may take on this role");
            }
        }
    }
}
