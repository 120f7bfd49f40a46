//! Finds why an operation failed: the first failure that is a cause and not a consequence, and its remedy.

use crate::cloud::Event;
use crate::follow::STACK;

/// CloudFormation cancels what it has not finished when something else fails; that says nothing.
fn is_consequence(event: &Event) -> bool {
    let reason = event.reason.as_deref().unwrap_or_default();
    let cancelled = ["Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled"];
    event.kind == STACK || cancelled.iter().any(|text| reason.contains(text))
}

/// The first cause among failed events, which come oldest first.
pub fn root_cause(failures: &[Event]) -> Option<&Event> {
    failures.iter().find(|event| !is_consequence(event)).or_else(|| failures.first())
}

/// A kind of cause: by which texts AWS's words are known, all of them together, and what to do about it.
struct Class {
    texts: &'static [&'static str],
    remedy: &'static str,
    /// Whether the same again may do by itself.
    passes: bool,
}

const fn class(texts: &'static [&'static str], remedy: &'static str) -> Class {
    Class { texts, remedy, passes: false }
}

const CLASSES: [Class; 24] = [
    Class {
        texts: &["cannot be assumed by lambda"],
        remedy: "the role was not yet in force: run the same command again",
        passes: true,
    },
    Class {
        texts: &["unable to assume role"],
        remedy: "the role was not yet in force: run the same command again",
        passes: true,
    },
    Class {
        texts: &["please add", "permission", "to the role"],
        remedy: "the role's policy was not yet in force: run the same command again",
        passes: true,
    },
    class(
        &["the provided execution role does not have permissions"],
        "the role's policy was not yet in force, or lacks the action that is named: run the same command again",
    ),
    class(
        &["termination", "protection"],
        "turn the stack's termination protection off in the CloudFormation console, then run this again",
    ),
    class(
        &["denied by stack policy"],
        "the stack's policy forbids this change: whoever set it can lift it with 'aws cloudformation set-stack-policy'",
    ),
    class(&["hook"], "a CloudFormation hook of the account refused this: its owner knows what it asks for"),
    class(
        &["has a dependent object"],
        "something outside the stack still uses it, often a network interface that AWS is slow to delete: try again in \
         twenty minutes",
    ),
    class(
        &["currently in use", "networkinterface"],
        "AWS is slow to delete a function's network interfaces: try again in twenty minutes",
    ),
    class(
        &["custom-named resource requires replacing"],
        "give the resource another name in the same change: the new one is made before the old one goes",
    ),
    class(
        &["update of resource type is not permitted"],
        "give the new resource another logical id; the old one then goes by itself",
    ),
    class(&["cannot be deleted as it is in use by"], "deploy the stack that imports it first, without the import"),
    class(
        &["cannot be updated as it is in use by"],
        "export the new value under a new name; the old export leaves when nobody imports it",
    ),
    class(&["no export named"], "deploy the stack that exports it first; without --only, deploy does that by itself"),
    class(
        &["resides in a different", "region"],
        "functions take their code from a bucket in their own region: set the stage's region to the bucket's",
    ),
    class(&["permanentredirect"], "the artifact bucket is in another region than the stage"),
    class(
        &["nosuchkey"],
        "the function's archive is not in the artifact bucket: run the same command again to upload it",
    ),
    class(
        &["lambda cannot deploy the function", "signature"],
        "functions of this stage take what their signing profile signed: if it did, its signature has expired, was revoked, or \
         the archive was written over; delete what is under signed/ in the artifact bucket, then deploy again",
    ),
    class(
        &["checksum"],
        "what is in the artifact bucket is not what was built: run the same command again to replace it",
    ),
    class(
        &["bucket you tried to delete is not empty"],
        "name the bucket to have it emptied: cargo xtask destroy --delete-data LOGICAL_ID",
    ),
    class(
        &["already exists"],
        "the name is taken: delete what holds it if it is a leftover, or import it into the stack",
    ),
    class(
        &["call describeevents"],
        "a name in the stack is often taken already: the stack's events in the console name the resource",
    ),
    class(
        &["limit", "exceeded"],
        "ask for a higher quota in the Service Quotas console, or choose smaller numbers in the stage file",
    ),
    class(&["no space left on device"], "free some space on this machine's disk, then run the same command again"),
];

/// What to do about a reason, where the reason tells.
pub fn remedy(reason: &str) -> Option<String> {
    if let Some((who, action)) = missing_permission(reason) {
        return Some(format!("give {who} the permission {action}"));
    }
    known(reason).map(|class| class.remedy.to_owned())
}

/// Whether time heals it, so that it is worth one more try.
pub fn passes(reason: &str) -> bool {
    known(reason).is_some_and(|class| class.passes)
}

fn known(reason: &str) -> Option<&'static Class> {
    let reason = reason.to_lowercase();
    CLASSES.iter().find(|class| class.texts.iter().all(|text| reason.contains(text)))
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
    use std::time::Duration;

    fn failed(kind: &str, reason: &str) -> Event {
        Event {
            id: reason.to_owned(),
            logical_id: "X".to_owned(),
            physical_id: "x".to_owned(),
            kind: kind.to_owned(),
            status: "CREATE_FAILED".to_owned(),
            reason: Some(reason.to_owned()),
            token: None,
            at: Duration::ZERO,
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

    /// What AWS says, and a word of the remedy that it must lead to.
    #[test]
    fn every_class_is_known_by_the_words_of_aws() {
        let said = [
            ("The role defined for the function cannot be assumed by Lambda.", "in force"),
            ("Stack [s] cannot be deleted while TerminationProtection is enabled", "termination protection"),
            ("Action denied by stack policy: Statement [#1] does not allow [Update:*]", "set-stack-policy"),
            ("The following hook(s) failed: [MyOrg::Checks::Encryption]", "hook"),
            ("resource sg-1 has a dependent object (Service: Ec2, Status Code: 400)", "twenty minutes"),
            ("CloudFormation cannot update a stack when a custom-named resource requires replacing.", "another name"),
            ("Update of resource type is not permitted. The new template modifies [X]", "logical id"),
            ("Export a:b cannot be deleted as it is in use by c", "imports it"),
            ("Export a:b cannot be updated as it is in use by c", "new name"),
            ("No export named a:b found. Rollback requested by user.", "exports it first"),
            ("Error occurred while GetObject. S3 Error Code: PermanentRedirect.", "another region"),
            ("Error occurred while GetObject. S3 Error Code: NoSuchKey.", "upload it"),
            (
                "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is \
                 not configured to accept. Check the provided signature for x. (Service: Lambda, Status Code: 400)",
                "signing profile",
            ),
            ("The bucket you tried to delete is not empty. You must delete all versions", "--delete-data"),
            ("millrace-dev-x already exists in stack arn:aws:…", "taken"),
            ("Resource limit exceeded: shards per account", "quota"),
            ("No space left on device (os error 28)", "disk"),
        ];
        for (reason, word) in said {
            let remedy = remedy(reason).unwrap_or_else(|| panic!("no class for: {reason}"));
            assert!(remedy.contains(word), "{reason}: {remedy}");
        }
        assert!(passes("The role defined for the function cannot be assumed by Lambda."));
        assert!(!passes("already exists"));
        assert_eq!(remedy("something entirely new"), None);
    }
}
