//! Whose credentials we have, and what IAM says that they may not do.

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType};
use engine::cloud::{Answer, Caller, CloudError, Fault};

use super::error::told;
use super::place::Place;

/// How many actions one simulation takes.
const MAX_ACTIONS: usize = 100;

const SIMULATE: &str = "iam:SimulatePrincipalPolicy";

pub(super) async fn caller(client: &aws_sdk_sts::Client) -> Answer<Caller> {
    let caller = client.get_caller_identity().send().await.map_err(told("sts:GetCallerIdentity"))?;
    Ok(Caller { account: caller.account.unwrap_or_default(), arn: caller.arn.unwrap_or_default() })
}

pub(super) async fn has_provider(client: &aws_sdk_iam::Client, arn: &str) -> Answer<bool> {
    let answer =
        client.list_open_id_connect_providers().send().await.map_err(told("iam:ListOpenIDConnectProviders"))?;
    let providers = answer.open_id_connect_provider_list.unwrap_or_default();
    Ok(providers.iter().any(|provider| provider.arn.as_deref() == Some(arn)))
}

/// Asks about any resource: a permission for some resources alone counts as none.
pub(super) async fn denied(
    client: &aws_sdk_iam::Client,
    place: &Place,
    caller: &Caller,
    actions: &[String],
) -> Answer<Vec<String>> {
    let principal = principal(client, &caller.arn).await?;
    let mut denied = Vec::new();
    for some in actions.chunks(MAX_ACTIONS) {
        let mut page = None;
        loop {
            let call = client
                .simulate_principal_policy()
                .policy_source_arn(&principal)
                .set_action_names(Some(some.to_vec()))
                .resource_arns("*")
                .set_context_entries(Some(context(place)))
                .set_marker(page);
            let answer = call.send().await.map_err(told(SIMULATE))?;
            let results = answer.evaluation_results.unwrap_or_default();
            denied.extend(results.into_iter().filter(is_denied).map(|result| result.eval_action_name));
            page = answer.marker.filter(|_| answer.is_truncated);
            if page.is_none() {
                break;
            }
        }
    }
    Ok(denied)
}

/// Where a policy asks for what only the real call would tell, the simulation's answer is a guess.
fn is_denied(result: &EvaluationResult) -> bool {
    let guessed = result.missing_context_values.as_ref().is_some_and(|missing| !missing.is_empty());
    result.eval_decision != PolicyEvaluationDecisionType::Allowed && !guessed
}

/// What policies ask for most often. Without the region, one that bars all other regions would bar this one too.
fn context(place: &Place) -> Vec<ContextEntry> {
    let entry = |key: &str, value: &str, kind| {
        ContextEntry::builder().context_key_name(key).context_key_values(value).context_key_type(kind).build()
    };
    let mut entries = vec![entry("aws:SecureTransport", "true", ContextKeyTypeEnum::Boolean)];
    if let Place::Aws { region } = place {
        entries.push(entry("aws:RequestedRegion", region, ContextKeyTypeEnum::String));
    }
    entries
}

/// Who can be simulated: a user or a role, but not a role's session.
async fn principal(client: &aws_sdk_iam::Client, arn: &str) -> Answer<String> {
    match Kind::of(arn) {
        Kind::Itself => Ok(arn.to_owned()),
        Kind::SessionOf(role) => {
            let call = "iam:GetRole";
            let answer = client.get_role().role_name(role).send().await.map_err(told(call))?;
            let message = || format!("IAM does not say which role {role} is");
            let role = answer.role.ok_or_else(|| CloudError { call, fault: Fault::Other, message: message() })?;
            Ok(role.arn)
        }
        Kind::Neither(why) => {
            Err(CloudError { call: SIMULATE, fault: Fault::Other, message: format!("{why} cannot be simulated") })
        }
    }
}

#[derive(Debug, PartialEq)]
enum Kind<'a> {
    Itself,
    SessionOf(&'a str),
    Neither(&'static str),
}

impl<'a> Kind<'a> {
    fn of(arn: &'a str) -> Self {
        let name = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let mut parts = name.split('/');
        match (parts.next(), parts.next()) {
            (Some("assumed-role"), Some(role)) => Self::SessionOf(role),
            (Some("root"), _) => Self::Neither("the root user"),
            (Some("federated-user"), _) => Self::Neither("a federated user"),
            _ => Self::Itself,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_simulated_as_its_role() {
        let session = "arn:aws:sts::123456789012:assumed-role/Deployer/somebody@example.com";
        assert_eq!(Kind::of(session), Kind::SessionOf("Deployer"));
        assert_eq!(Kind::of("arn:aws:iam::123456789012:user/team/ada"), Kind::Itself);
        assert_eq!(Kind::of("arn:aws:iam::123456789012:role/ci/deploy"), Kind::Itself);
        assert_eq!(Kind::of("arn:aws:iam::123456789012:root"), Kind::Neither("the root user"));
        assert_eq!(Kind::of("arn:aws:sts::123456789012:federated-user/x"), Kind::Neither("a federated user"));
    }
}
