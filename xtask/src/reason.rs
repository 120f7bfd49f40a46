//! Finds why an operation failed: the first failure that is a cause and not a consequence, and its remedy.

use crate::cloud::Event;
use crate::events::STACK;

/// CloudFormation cancels what it has not finished when something else fails; that says nothing.
fn is_consequence(event: &Event) -> bool {
    let reason = event.reason.as_deref().unwrap_or_default();
    let cancelled = ["Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled"];
    event.kind == STACK || cancelled.iter().any(|text| reason.contains(text))
}

/// The first cause among failed events, which come oldest first.
pub(crate) fn root_cause(failures: &[Event]) -> Option<&Event> {
    failures.iter().find(|event| !is_consequence(event)).or_else(|| failures.first())
}

/// What to do about a reason, where the reason tells.
pub(crate) fn remedy(reason: &str) -> Option<String> {
    if let Some((who, action)) = missing_permission(reason) {
        return Some(format!("give {who} the permission {action}"));
    }
    let known = [
        ("already exists", "the name is taken: delete what holds it if it is a leftover, or import it into the stack"),
        (
            "Call DescribeEvents",
            "a name in the stack is often taken already: the stack's events in the console name the resource",
        ),
        ("No export named", "deploy the stack that exports it first; without --only, deploy does that by itself"),
        ("cannot be assumed by Lambda", "the role was not yet in force: run the same command again"),
        (
            "limit exceeded",
            "ask for a higher quota in the Service Quotas console, or choose smaller numbers in the stage file",
        ),
    ];
    known
        .iter()
        .find(|(text, _)| reason.to_lowercase().contains(&text.to_lowercase()))
        .map(|(_, remedy)| (*remedy).to_owned())
}

/// From "User: ARN is not authorized to perform: ACTION on resource: …".
fn missing_permission(reason: &str) -> Option<(&str, &str)> {
    let (before, after) = reason.split_once(" is not authorized to perform: ")?;
    let who = before.rsplit("User: ").next()?.trim();
    let action = after.split([' ', ',', '(']).next()?.trim_end_matches('.');
    Some((who, action))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: &str, reason: &str) -> Event {
        Event {
            id: reason.to_owned(),
            logical_id: "X".to_owned(),
            kind: kind.to_owned(),
            status: "CREATE_FAILED".to_owned(),
            reason: Some(reason.to_owned()),
            token: None,
        }
    }

    #[test]
    fn the_cause_is_the_first_failure_that_is_no_consequence() {
        let events = [
            failed("AWS::S3::Bucket", "Resource creation cancelled"),
            failed("AWS::Lambda::Function", "The role cannot be assumed by Lambda."),
            failed("AWS::SQS::Queue", "something later"),
            failed("AWS::CloudFormation::Stack", "The following resource(s) failed to create"),
        ];
        assert_eq!(root_cause(&events).unwrap().kind, "AWS::Lambda::Function");
        assert_eq!(root_cause(&events[..1]).unwrap().kind, "AWS::S3::Bucket");
        assert!(root_cause(&[]).is_none());
    }

    #[test]
    fn a_missing_permission_names_who_and_what() {
        let reason = "Resource handler returned message: \"User: arn:aws:sts::1:assumed-role/deployer/x is not authorized \
                      to perform: kinesis:CreateStream on resource: arn:aws:kinesis:…\" (Service: Kinesis)";
        let remedy = remedy(reason).unwrap();
        assert!(remedy.contains("assumed-role/deployer/x") && remedy.contains("kinesis:CreateStream"), "{remedy}");
    }
}
