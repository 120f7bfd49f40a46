//! Resources that hold users' data: never replaced or deleted without being named on the command line.

use crate::cloud::{Change, ChangeAction};
use crate::failure::{Exit, Failure, Outcome};

/// By CloudFormation type.
pub fn holds_data(kind: &str) -> bool {
    matches!(
        kind,
        "AWS::S3::Bucket"
            | "AWS::Kinesis::Stream"
            | "AWS::SQS::Queue"
            | "AWS::DynamoDB::Table"
            | "AWS::ECR::Repository"
            | "AWS::EFS::FileSystem"
            | "AWS::KMS::Key"
            | "AWS::RDS::DBCluster"
            | "AWS::RDS::DBInstance"
            | "AWS::Redshift::Cluster"
            | "AWS::RedshiftServerless::Namespace"
            | "AWS::SecretsManager::Secret"
    )
}

/// Lets changes through that lose no data, or only that of resources whose loss was allowed by name. CloudFormation
/// itself is asked, right before it begins: a plan may have known less.
pub fn guard(stage: &str, stack: &str, changes: &[Change], allowed: &[String]) -> Outcome {
    let loss = changes.iter().find(|change| {
        holds_data(&change.kind)
            && matches!(change.action, ChangeAction::Replace | ChangeAction::MayReplace | ChangeAction::Remove)
            && !allowed.contains(&change.logical_id)
    });
    let Some(Change { logical_id, kind, action }) = loss else { return Ok(()) };
    let verb = match action {
        ChangeAction::Remove => "delete",
        ChangeAction::MayReplace => "replace, depending on values that AWS learns on the way,",
        _ => "replace",
    };
    Err(Failure::new(format!(
        "stage {stage}: stack {stack}: this would {verb} {logical_id} ({kind}), which holds data"
    ))
    .hint("to keep it, take back the change that needs this")
    .hint(allowing(stage, logical_id))
    .exit(Exit::Decision))
}

/// How the loss of a resource's data is allowed.
pub fn allowing(stage: &str, logical_id: &str) -> String {
    format!("to let it go: cargo xtask deploy --stage {stage} --allow-replace {logical_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: &str, action: ChangeAction) -> Change {
        Change { logical_id: "TaxiStream".to_owned(), kind: kind.to_owned(), action }
    }

    #[test]
    fn data_is_lost_only_by_name() {
        for action in [ChangeAction::Replace, ChangeAction::MayReplace, ChangeAction::Remove] {
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
