//! Whether a request is allowed: a denial wins, then any allowance of the identity's or of the resource's policies.

use std::collections::BTreeMap;

use crate::iam::statement::{Effect, Policy, Statement};

/// Who wants to do what to what.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// As in a policy: `Service:s3.amazonaws.com`, `AWS:arn:aws:iam::1:role/x`.
    pub principal: String,
    pub action: String,
    pub resource: String,
    /// What is known beside it, such as `aws:SourceArn`; keys in lower case.
    pub context: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    /// By a statement that says so.
    Denied,
    NotAllowed,
}

/// Within one account, where either side's allowance is enough.
pub fn decide(identity: &[&Policy], resource: &[&Policy], request: &Request) -> Decision {
    let of_identity = identity.iter().flat_map(|policy| &policy.statements).filter(|s| s.applies(request));
    let of_resource = resource.iter().flat_map(|policy| &policy.statements);
    let of_resource = of_resource.filter(|s| s.applies(request) && s.is_for(&request.principal));
    let mut decision = Decision::NotAllowed;
    for statement in of_identity.chain(of_resource) {
        match statement.effect {
            Effect::Deny => return Decision::Denied,
            Effect::Allow => decision = Decision::Allowed,
        }
    }
    decision
}

impl Request {
    /// With one more thing known of it.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context.insert(key.to_lowercase(), value.into());
        self
    }
}

impl Statement {
    fn applies(&self, request: &Request) -> bool {
        self.actions.take_action(&request.action)
            && self.resources.take_resource(&request.resource)
            && self.conditions.iter().all(|condition| condition.holds(&request.context))
    }

    pub fn is_for(&self, principal: &str) -> bool {
        let account = |named: &str| {
            // An account stands for everybody in it.
            let id =
                named.strip_prefix("AWS:").map(|id| id.trim_start_matches("arn:aws:iam::").trim_end_matches(":root"));
            id.is_some_and(|id| principal.starts_with("AWS:") && principal.contains(&format!("::{id}:")))
        };
        let named = |named: &String| {
            named == "*" || (named == "AWS:*" && principal.starts_with("AWS:")) || named == principal || account(named)
        };
        self.principals.iter().any(named) != self.principals_are_excluded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    fn policy(statements: &str) -> Policy {
        Policy::read(&parse(&format!("Statement: {statements}")).unwrap())
    }

    fn request(action: &str, resource: &str, context: &[(&str, &str)]) -> Request {
        Request {
            principal: "Service:s3.amazonaws.com".to_owned(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            context: context.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        }
    }

    #[test]
    fn a_table_of_identities() {
        use Decision::{Allowed, Denied, NotAllowed};
        let read = "[{Effect: Allow, Action: 's3:Get*', Resource: 'arn:aws:s3:::lake/*'}]";
        let deny =
            "[{Effect: Allow, Action: '*', Resource: '*'}, {Effect: Deny, Action: 's3:DeleteObject', Resource: '*'}]";
        let but = "[{Effect: Allow, NotAction: 'iam:*', Resource: '*'}]";
        let not_there = "[{Effect: Allow, Action: 's3:*', NotResource: 'arn:aws:s3:::secret/*'}]";
        let secure =
            "[{Effect: Allow, Action: 's3:*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': 'true'}}}]";
        let cases = [
            (read, "s3:GetObject", "arn:aws:s3:::lake/a/b", &[][..], Allowed),
            (read, "S3:getobject", "arn:aws:s3:::lake/a", &[], Allowed),
            (read, "s3:GetObject", "arn:aws:s3:::lake", &[], NotAllowed),
            (read, "s3:PutObject", "arn:aws:s3:::lake/a", &[], NotAllowed),
            (deny, "s3:DeleteObject", "arn:aws:s3:::lake/a", &[], Denied),
            (deny, "s3:PutObject", "arn:aws:s3:::lake/a", &[], Allowed),
            (but, "iam:PassRole", "arn:aws:iam::1:role/x", &[], NotAllowed),
            (but, "sqs:SendMessage", "arn:aws:sqs:r:1:q", &[], Allowed),
            (not_there, "s3:GetObject", "arn:aws:s3:::secret/a", &[], NotAllowed),
            (not_there, "s3:GetObject", "arn:aws:s3:::lake/a", &[], Allowed),
            (secure, "s3:GetObject", "x", &[("aws:securetransport", "true")], Allowed),
            (secure, "s3:GetObject", "x", &[("aws:securetransport", "false")], NotAllowed),
            (secure, "s3:GetObject", "x", &[], NotAllowed),
        ];
        for (statements, action, resource, context, expected) in cases {
            let decision = decide(&[&policy(statements)], &[], &request(action, resource, context));
            assert_eq!(decision, expected, "{statements} {action} {resource} {context:?}");
        }
    }

    #[test]
    fn a_table_of_resources() {
        use Decision::{Allowed, Denied, NotAllowed};
        let bare = "[{Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: 'sqs:SendMessage', Resource: q}]";
        let bound = "[{Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: 'sqs:SendMessage', Resource: q,
                      Condition: {ArnLike: {'aws:SourceArn': 'arn:aws:s3:::lake'}, StringEquals: {'AWS:SourceAccount': '1'}}}]";
        let other = "[{Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: 'sqs:*', Resource: q}]";
        let everybody =
            "[{Effect: Allow, Principal: '*', Action: 'sqs:*'}, {Effect: Deny, Principal: '*', Action: 'sqs:*',
                          Condition: {Bool: {'aws:SecureTransport': 'false'}}}]";
        let from_lake = &[("aws:sourcearn", "arn:aws:s3:::lake"), ("aws:sourceaccount", "1")][..];
        let cases = [
            (bare, &[][..], Allowed),
            (bound, from_lake, Allowed),
            (bound, &[("aws:sourcearn", "arn:aws:s3:::lake"), ("aws:sourceaccount", "2")], NotAllowed),
            (bound, &[("aws:sourcearn", "arn:aws:s3:::other"), ("aws:sourceaccount", "1")], NotAllowed),
            (bound, &[], NotAllowed),
            (other, &[], NotAllowed),
            (everybody, &[("aws:securetransport", "true")], Allowed),
            (everybody, &[("aws:securetransport", "false")], Denied),
        ];
        for (statements, context, expected) in cases {
            let decision = decide(&[], &[&policy(statements)], &request("sqs:SendMessage", "q", context));
            assert_eq!(decision, expected, "{statements} {context:?}");
        }
        let account = policy("[{Effect: Allow, Principal: {AWS: 'arn:aws:iam::1:root'}, Action: '*', Resource: q}]");
        let by = |principal: &str| Request { principal: principal.to_owned(), ..request("sqs:SendMessage", "q", &[]) };
        assert_eq!(decide(&[], &[&account], &by("AWS:arn:aws:iam::1:role/x")), Allowed);
        assert_eq!(decide(&[], &[&account], &by("AWS:arn:aws:iam::2:role/x")), NotAllowed);
    }

    #[test]
    fn patterns_fit_as_a_whole_and_in_short_time() {
        use crate::iam::fits;
        assert!(fits("a*c", "abc") && fits("*", "") && fits("a?c", "abc") && fits("a*b*c", "aXbYbZc"));
        assert!(!fits("a*c", "abd") && !fits("a", "ab") && !fits("?", ""));
        assert!(!fits(&"*a".repeat(200), &"b".repeat(5000)));
    }
}
