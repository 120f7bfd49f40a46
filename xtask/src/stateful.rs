//! Resources that hold users' data: never replaced or deleted without being named on the command line.

use crate::cloud::{Change, ChangeAction};
use crate::failure::{Exit, Failure, Outcome};

/// By CloudFormation type.
pub(crate) fn holds_data(kind: &str) -> bool {
    matches!(kind, "AWS::S3::Bucket" | "AWS::Kinesis::Stream" | "AWS::SQS::Queue")
}

/// Lets changes through that lose no data, or only that of resources whose loss was allowed by name.
pub(crate) fn guard(stage: &str, stack: &str, changes: &[Change], allowed: &[String]) -> Outcome {
    let loss = changes.iter().find(|change| {
        holds_data(&change.kind)
            && matches!(change.action, ChangeAction::Replace | ChangeAction::Remove)
            && !allowed.contains(&change.logical_id)
    });
    let Some(Change { logical_id, kind, action }) = loss else { return Ok(()) };
    let verb = if *action == ChangeAction::Remove { "delete" } else { "replace" };
    Err(Failure::new(format!("stack {stack}: this would {verb} {logical_id} ({kind}), which holds data"))
        .hint("to keep it, take back the change that needs this")
        .hint(format!("to let it go: cargo xtask deploy --stage {stage} --allow-replace {logical_id}"))
        .exit(Exit::Decision))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: &str, action: ChangeAction) -> Change {
        Change { logical_id: "TaxiStream".to_owned(), kind: kind.to_owned(), action }
    }

    #[test]
    fn data_is_lost_only_by_name() {
        for action in [ChangeAction::Replace, ChangeAction::Remove] {
            let loss = [change("AWS::Kinesis::Stream", action)];
            assert_eq!(guard("dev", "s", &loss, &[]).unwrap_err().exit, Exit::Decision);
            assert_eq!(guard("dev", "s", &loss, &["Other".to_owned()]).unwrap_err().exit, Exit::Decision);
            assert!(guard("dev", "s", &loss, &["TaxiStream".to_owned()]).is_ok());
            assert!(guard("dev", "s", &[change("AWS::Lambda::Function", action)], &[]).is_ok());
        }
        for action in [ChangeAction::Add, ChangeAction::Modify] {
            assert!(guard("dev", "s", &[change("AWS::Kinesis::Stream", action)], &[]).is_ok());
        }
    }
}
