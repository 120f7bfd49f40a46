//! What somebody may whose policies have a bound.

use crate::iam::evaluate::{Decision, Request, decide};
use crate::iam::statement::Policy;

/// A role with its policies, and the boundary beyond which they allow nothing.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    pub policies: Vec<Policy>,
    pub boundary: Option<Policy>,
}

impl Identity {
    /// What both allow is allowed; what either denies is denied.
    pub fn may(&self, request: &Request) -> Decision {
        let own = decide(&self.policies.iter().collect::<Vec<_>>(), &[], request);
        let bound = self.boundary.as_ref().map_or(Decision::Allowed, |boundary| decide(&[boundary], &[], request));
        match (own, bound) {
            (Decision::Denied, _) | (_, Decision::Denied) => Decision::Denied,
            (Decision::Allowed, Decision::Allowed) => Decision::Allowed,
            _ => Decision::NotAllowed,
        }
    }
}

/// Whether a role lets somebody take it on, by what its trust policy says of them and of what their token tells.
pub fn trusts(trust: &Policy, request: &Request) -> Decision {
    decide(&[], &[trust], request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    fn policy(statements: &str) -> Policy {
        Policy::read(&parse(&format!("Statement: {statements}")).unwrap())
    }

    fn request(action: &str) -> Request {
        Request { action: action.to_owned(), resource: "arn:aws:s3:::lake/a".to_owned(), ..Request::default() }
    }

    #[test]
    fn a_boundary_grants_nothing_and_takes_away() {
        let everything = "[{Effect: Allow, Action: '*', Resource: '*'}]";
        let read = "[{Effect: Allow, Action: 's3:Get*', Resource: '*'}]";
        let but =
            "[{Effect: Allow, NotAction: 'iam:*', Resource: '*'}, {Effect: Deny, Action: 's3:Delete*', Resource: '*'}]";
        let cases = [
            (everything, Some(read), "s3:GetObject", Decision::Allowed),
            (everything, Some(read), "s3:PutObject", Decision::NotAllowed),
            (read, Some(everything), "s3:PutObject", Decision::NotAllowed),
            (everything, Some(but), "iam:CreateUser", Decision::NotAllowed),
            (everything, Some(but), "s3:DeleteObject", Decision::Denied),
            (everything, Some(but), "s3:PutObject", Decision::Allowed),
            (everything, None, "iam:CreateUser", Decision::Allowed),
            ("[]", Some(everything), "s3:GetObject", Decision::NotAllowed),
        ];
        for (own, boundary, action, expected) in cases {
            let identity = Identity { policies: vec![policy(own)], boundary: boundary.map(policy) };
            assert_eq!(identity.may(&request(action)), expected, "{own} {boundary:?} {action}");
        }
    }

    #[test]
    fn a_token_has_to_say_all_that_is_asked() {
        let trust = policy(
            "[{Effect: Allow, Principal: {Federated: 'arn:aws:iam::1:oidc-provider/host'}, Action: 'sts:AssumeRoleWithWebIdentity',
               Condition: {StringEquals: {'host:sub': ['repo:a/b:x', 'repo:a/b:y'], 'host:ref': 'refs/heads/main'}}}]",
        );
        let by = |principal: &str, claims: &[(&str, &str)]| {
            let request = Request {
                principal: principal.to_owned(),
                action: "sts:AssumeRoleWithWebIdentity".to_owned(),
                ..Request::default()
            };
            trusts(&trust, &claims.iter().fold(request, |request, (key, value)| request.with(key, *value)))
        };
        let host = "Federated:arn:aws:iam::1:oidc-provider/host";
        let good = [("host:sub", "repo:a/b:y"), ("host:ref", "refs/heads/main")];
        assert_eq!(by(host, &good), Decision::Allowed);
        assert_eq!(by("Federated:arn:aws:iam::1:oidc-provider/other", &good), Decision::NotAllowed);
        assert_eq!(by(host, &good[..1]), Decision::NotAllowed, "a claim is missing");
        assert_eq!(by(host, &[good[0], ("host:ref", "refs/heads/maintenance")]), Decision::NotAllowed);
        assert_eq!(by(host, &[("host:sub", "repo:a/b:x:y"), good[1]]), Decision::NotAllowed);
    }
}
