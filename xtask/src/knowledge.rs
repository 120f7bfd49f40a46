//! What AWS's own schemas say of resource types: which changes replace a resource, and what its name is.

use data_source::embedded::COMPILED_SCHEMAS_BYTES;
use engine::schemas::Schemas;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The schemas of the version of the crate that this is built with.
pub(crate) struct Knowledge;

/// The part of a type's schema that is asked for here. Properties that only sometimes replace a resource are not in it.
#[derive(Debug, Default, Deserialize)]
struct Schema<'a> {
    #[serde(borrow, default)]
    create_only_properties: Vec<&'a str>,
    #[serde(borrow, default)]
    read_only_properties: Vec<&'a str>,
    #[serde(borrow, default)]
    primary_identifier: Vec<&'a str>,
    replacement_strategy: Option<&'a str>,
}

/// Read once: several megabytes. That they can be read is a matter of the crate's version, which the tests see to.
static SCHEMAS: LazyLock<HashMap<&str, Schema<'static>>> =
    LazyLock::new(|| serde_json::from_slice(&COMPILED_SCHEMAS_BYTES).unwrap_or_default());

/// Types whose names may be given twice, or once in each stream, function or target: another resource can have the name.
const SHARED_NAMES: [&str; 11] = [
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Athena::NamedQuery",
    "AWS::DynamoDB::Backup",
    "AWS::EMR::Cluster",
    "AWS::EMR::InstanceFleetConfig",
    "AWS::EMR::InstanceGroupConfig",
    "AWS::EMR::Step",
    "AWS::EMRServerless::Application",
    "AWS::Kinesis::StreamConsumer",
    "AWS::Lambda::Alias",
    "AWS::MSK::Topic",
];

impl Schemas for Knowledge {
    fn create_only(&self, kind: &str) -> Vec<String> {
        SCHEMAS.get(kind).map(|schema| owned(&schema.create_only_properties)).unwrap_or_default()
    }

    fn names(&self, kind: &str) -> Vec<String> {
        SCHEMAS.get(kind).map(|schema| owned(&schema.names(kind))).unwrap_or_default()
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl<'a> Schema<'a> {
    /// The property that the old and the new resource cannot both have while one replaces the other.
    fn names(&self, kind: &str) -> Vec<&'a str> {
        // The old one is deleted first.
        if self.replacement_strategy == Some("delete_then_create") || SHARED_NAMES.contains(&kind) {
            return Vec::new();
        }
        let given = |name: &&&str| self.create_only_properties.contains(*name) && !name.contains('.');
        match self.primary_identifier.as_slice() {
            [name] if given(&name) => vec![*name],
            // AWS makes the identifier, but of a name that it was given.
            identifier if identifier.iter().any(|id| self.read_only_properties.contains(id)) => {
                let kind = kind.rsplit("::").next().unwrap_or_default();
                let names = |name: &&&str| name.strip_suffix("Name").is_some_and(|stem| kind.ends_with(stem));
                self.create_only_properties.iter().filter(names).filter(given).copied().collect()
            }
            // Of a name of several parts, each can stay as long as another one changes.
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_name_is_known_for_every_kind_of_identifier() {
        for (kind, name) in [
            ("AWS::CloudWatch::Alarm", "AlarmName"),
            ("AWS::DynamoDB::Table", "TableName"),
            ("AWS::ECR::Repository", "RepositoryName"),
            ("AWS::Events::Rule", "Name"),
            ("AWS::Glue::Database", "DatabaseName"),
            ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
            ("AWS::IAM::Role", "RoleName"),
            ("AWS::Kinesis::Stream", "Name"),
            ("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName"),
            ("AWS::Lambda::Function", "FunctionName"),
            ("AWS::Logs::LogGroup", "LogGroupName"),
            ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
            ("AWS::S3::Bucket", "BucketName"),
            ("AWS::SNS::Topic", "TopicName"),
            ("AWS::SQS::Queue", "QueueName"),
            ("AWS::Scheduler::Schedule", "Name"),
            ("AWS::SecretsManager::Secret", "Name"),
            ("AWS::StepFunctions::StateMachine", "StateMachineName"),
        ] {
            assert_eq!(Knowledge.names(kind), [name], "{kind}");
        }
    }

    #[test]
    fn what_has_no_name_of_its_own_has_none() {
        for kind in [
            "AWS::Athena::NamedQuery",
            "AWS::Glue::Table",
            "AWS::KMS::Key",
            "AWS::Lambda::Alias",
            "AWS::Lambda::EventSourceMapping",
            "AWS::Lambda::Permission",
            "AWS::Logs::LogStream",
            "AWS::Logs::MetricFilter",
            "AWS::SNS::Subscription",
            "Custom::Unheard",
        ] {
            assert!(Knowledge.names(kind).is_empty(), "{kind}: {:?}", Knowledge.names(kind));
        }
    }

    #[test]
    fn what_replaces_a_resource_is_known() {
        let fixed = |kind: &str, path: &str| Knowledge.create_only(kind).iter().any(|fixed| fixed == path);
        for (kind, path) in [
            ("AWS::EC2::Subnet", "CidrBlock"),
            ("AWS::Glue::Table", "TableInput.Name"),
            ("AWS::KinesisFirehose::DeliveryStream", "KinesisStreamSourceConfiguration"),
            ("AWS::Lambda::EventSourceMapping", "StartingPosition"),
            ("AWS::Logs::LogStream", "LogGroupName"),
            ("AWS::SNS::Subscription", "TopicArn"),
            ("AWS::SQS::Queue", "FifoQueue"),
        ] {
            assert!(fixed(kind, path), "{kind} {path}");
        }
        // In place, or only replacing under some conditions.
        for (kind, path) in [
            ("AWS::DynamoDB::Table", "KeySchema"),
            ("AWS::Kinesis::Stream", "ShardCount"),
            ("AWS::Lambda::Function", "MemorySize"),
            ("AWS::RDS::DBInstance", "Engine"),
            ("AWS::SQS::Queue", "VisibilityTimeout"),
        ] {
            assert!(!fixed(kind, path), "{kind} {path}");
        }
        assert!(Knowledge.create_only("Custom::Unheard").is_empty());
    }
}
