use super::taking::takes_a_resource;
use crate::diagnostic::Severity;
use crate::iam::{Statement, fits_action};
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::rules::policies::of_identities;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-star-resource",
    severity: Severity::Error,
    says: "An identity that may act on every resource reaches those of other teams and stages too",
    fix: "Name the resource, or a prefix of its ARN",
    link: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"),
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
        - PolicyName: send
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: '*'}]
",
};

/// `*`, and what comes to the same: `arn:aws:s3:::*`, `arn:aws:sqs:*:*:*`. With an account in it, or a kind of resource, it
/// says something.
fn is_everything(pattern: &str) -> bool {
    let mut parts = pattern.splitn(6, ':').skip(3);
    let is_free = |part: Option<&str>| part.is_none_or(|part| part.chars().all(|c| "*/:".contains(c)));
    let (_, account, rest) = (parts.next(), parts.next(), parts.next());
    pattern.contains('*')
        && (pattern.starts_with("arn:") || is_free(Some(pattern)))
        && is_free(account)
        && is_free(rest)
}

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, policy) in of_identities(world) {
        for statement in policy.allowing() {
            let everything = statement.resources.list.iter().find(|pattern| is_everything(pattern));
            // All but everything is what has no ARN, such as a telephone's number.
            if everything.is_some() == statement.resources.is_excluded {
                continue;
            }
            let place = Node::new(Kind::Null, statement.place);
            if statement.actions.is_excluded {
                if statement.conditions.is_empty() {
                    let but = statement.actions.list.join(" and ");
                    findings.at(resource, &place, format!("all that is not {but} is allowed on every resource"));
                }
                continue;
            }
            let judged = |action: &&String| !is_narrowed(statement, action);
            let actions: Vec<_> = statement.actions.list.iter().filter(judged).collect();
            if let Some(action) = actions.iter().find(|action| takes_a_resource(action) == Some(true)) {
                let by =
                    everything.filter(|pattern| *pattern != "*").map(|by| format!(", by {by}")).unwrap_or_default();
                findings.at(resource, &place, format!("{action} is allowed on every resource{by}"));
            } else if let Some(action) = actions.iter().find(|action| takes_a_resource(action).is_none()) {
                findings.unknown(resource, &format!("whether {action} can be allowed on less than everything"));
            }
        }
    }
}

/// Whether a condition says on which resources. To which service a role is passed does not say which role.
fn is_narrowed(statement: &Statement, action: &str) -> bool {
    let passes = fits_action(action, "iam:PassRole");
    statement.conditions.iter().any(|condition| !(passes && condition.is_for("iam:PassedToService")))
}

#[cfg(test)]
mod tests {
    use super::{RULE, is_everything};
    use crate::rules::tests::found;

    #[test]
    fn a_star_in_disguise_is_a_star() {
        for pattern in
            ["*", "**", "arn:*", "arn:aws:s3:::*", "arn:aws:s3:::*/*", "arn:aws:sqs:*:*:*", "arn:aws:sqs:eu-west-1:*:*"]
        {
            assert!(is_everything(pattern), "{pattern}");
        }
        for pattern in [
            "arn:aws:s3:::lake*",
            "arn:aws:sqs:*:111111111111:*",
            "arn:aws:iam::*:role/*",
            "arn:aws:s3:::lake",
            "{s.Jobs}",
        ] {
            assert!(!is_everything(pattern), "{pattern}");
        }
    }

    #[test]
    fn what_narrows_a_statement_is_left_alone() {
        let told = |statement: &str| {
            let policy = format!("PolicyDocument: {{Statement: [{statement}]}}");
            found(&RULE, &format!("Resources: {{P: {{Type: AWS::IAM::Policy, Properties: {{{policy}}}}}}}"))
        };
        for (statement, faults) in [
            (
                "{Effect: Allow, Action: 'iam:PassRole', Resource: '*', Condition: {StringEquals: {'iam:PassedToService': x}}}",
                1,
            ),
            (
                "{Effect: Allow, Action: 'sns:Publish', Resource: '*', Condition: {StringEquals: {'aws:ResourceTag/team': a}}}",
                0,
            ),
            ("{Effect: Allow, Action: 'some:New', Resource: '*'}", 0),
            ("{Effect: Allow, Action: ['some:New', 'sqs:SendMessage'], Resource: '*'}", 1),
            ("{Effect: Allow, Action: 'sqs:SendMessage', NotResource: 'arn:aws:sqs:eu-west-1:1:a'}", 1),
            ("{Effect: Allow, Action: 'sns:Publish', NotResource: 'arn:aws:sns:*:*:*'}", 0),
        ] {
            assert_eq!(told(statement).len(), faults, "{statement}");
        }
        let but = told("{Effect: Allow, NotAction: 'iam:*', Resource: '*'}");
        assert_eq!(but[0].message, "all that is not iam:* is allowed on every resource");
    }
}
