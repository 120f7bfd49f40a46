use crate::diagnostic::Severity;
use crate::iam::{Decision, Policy, Request, decide};
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::rules::policies::of_resources;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-confused-deputy",
    severity: Severity::Error,
    says: "A service that anybody can ask to act will act on this resource for strangers too",
    fix: "Ask for aws:SourceArn or aws:SourceAccount in a condition",
    link: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"),
    check,
    passing: "
Resources:
  Topic: {Type: 'AWS::SNS::Topic'}
  Policy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: sns:Publish
            Resource: !Ref Topic
            Condition: {ArnLike: {'aws:SourceArn': 'arn:aws:events:eu-west-1:1:rule/daily'}}
",
    failing: "
Resources:
  Topic: {Type: 'AWS::SNS::Topic'}
  Policy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: 'sns:Publish', Resource: !Ref Topic}
",
};

/// Services that act on a resource because somebody's own resource tells them to, and say whose.
const DEPUTIES: [&str; 7] = [
    "budgets.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "events.amazonaws.com",
    "s3.amazonaws.com",
    "ses.amazonaws.com",
    "sns.amazonaws.com",
];

/// What such a service does for somebody in another account.
fn for_a_stranger(service: &str, action: String) -> Request {
    let name = service.split('.').next().unwrap_or_default();
    let request = Request { principal: format!("Service:{service}"), action, ..Request::default() };
    request
        .with("aws:SecureTransport", "true")
        .with("aws:PrincipalIsAWSService", "true")
        .with("aws:SourceArn", format!("arn:aws:{name}:::a-strangers"))
        .with("aws:SourceAccount", "999999999999")
        .with("aws:SourceOwner", "999999999999")
        .with("aws:SourceOrgID", "o-strangers")
}

fn check(world: &World, findings: &mut Findings<'_>) {
    // A key's own policy is about using the key; whose message it is, is for the topic's or the queue's policy to ask.
    for (resource, policy) in of_resources(world).into_iter().filter(|(resource, _)| resource.kind != "AWS::KMS::Key") {
        let policy = policy.of_its_resource();
        for statement in policy.allowing() {
            let named = statement.services().filter(|service| DEPUTIES.contains(service));
            let lets = |service: &&str| {
                let only = Policy { statements: vec![statement.clone()], ..Policy::default() };
                let request = for_a_stranger(service, statement.an_action());
                // By this statement, and against no other one.
                [&only, &policy].into_iter().all(|policy| decide(&[], &[policy], &request) == Decision::Allowed)
            };
            if let Some(service) = named.into_iter().find(lets) {
                let place = Node::new(Kind::Null, statement.place);
                findings.at(resource, &place, format!("{service} may do this for any account"));
            }
        }
    }
    for permission in world.of_kind("AWS::Lambda::Permission") {
        let service = permission.text("Principal").filter(|service| DEPUTIES.contains(service));
        let bound = !permission.get("SourceArn").is_missing() || !permission.get("SourceAccount").is_missing();
        if let Some(service) = service.filter(|_| !bound) {
            findings.at(permission, permission.get("Principal"), format!("{service} may call this for any account"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    #[test]
    fn what_a_policy_allows_counts_not_how_it_is_spelt() {
        let policy = |statements: &str| {
            format!(
                "Resources:
  Topic: {{Type: 'AWS::SNS::Topic'}}
  Policy: {{Type: 'AWS::SNS::TopicPolicy', Properties: {{Topics: [!Ref Topic], PolicyDocument: {{Statement: [{statements}]}}}}}}"
            )
        };
        let allow = |condition: &str| {
            format!(
                "{{Effect: Allow, Principal: {{Service: s3.amazonaws.com}}, Action: 'sns:*', Resource: '*', Condition: {condition}}}"
            )
        };
        let unless = "{Effect: Deny, Principal: '*', NotAction: 'sns:Subscribe', Resource: '*',
                       Condition: {StringNotEquals: {'aws:SourceAccount': '111111111111'}}}";
        for (statements, faults) in [
            (allow("{ArnLike: {'aws:SourceArn': 'arn:aws:s3:::*'}}"), 1),
            (allow("{ArnLike: {'aws:SourceArn': 'arn:aws:s3:::raw'}}"), 0),
            (allow("{StringEqualsIfExists: {'aws:PrincipalOrgID': 'o-1'}}"), 1),
            (allow("{StringEquals: {'aws:sourceaccount': '111111111111'}}"), 0),
            (allow("{Bool: {'aws:SecureTransport': 'true'}}"), 1),
            (format!("{}, {unless}", allow("{Bool: {'aws:SecureTransport': 'true'}}")), 0),
        ] {
            assert_eq!(found(&RULE, &policy(&statements)).len(), faults, "{statements}");
        }
    }
}
