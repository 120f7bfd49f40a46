//! Which resources are boxes of their own.

use crate::graph::Kind;

const KINDS: [(&str, Kind); 19] = [
    ("AWS::Athena::WorkGroup", Kind::Queries),
    ("AWS::DMS::ReplicationTask", Kind::Replication),
    ("AWS::DynamoDB::Table", Kind::Table),
    ("AWS::ECS::TaskDefinition", Kind::Task),
    ("AWS::Events::Rule", Kind::Rule),
    ("AWS::Glue::Job", Kind::Job),
    ("AWS::Glue::Table", Kind::Catalog),
    ("AWS::Kinesis::Stream", Kind::Stream),
    ("AWS::KinesisFirehose::DeliveryStream", Kind::Delivery),
    ("AWS::Lambda::Function", Kind::Function),
    ("AWS::RDS::DBCluster", Kind::Database),
    ("AWS::RDS::DBInstance", Kind::Database),
    ("AWS::Redshift::Cluster", Kind::Warehouse),
    ("AWS::RedshiftServerless::Workgroup", Kind::Warehouse),
    ("AWS::S3::Bucket", Kind::Bucket),
    ("AWS::SNS::Topic", Kind::Topic),
    ("AWS::SQS::Queue", Kind::Queue),
    ("AWS::Scheduler::Schedule", Kind::Schedule),
    ("AWS::StepFunctions::StateMachine", Kind::Machine),
];

/// Kinds of which AWS takes no tags, or that bear none.
pub(super) const TAGLESS: [Kind; 2] = [Kind::Schedule, Kind::Catalog];

pub fn kind_of(resource: &str) -> Option<Kind> {
    KINDS.iter().find(|(known, _)| *known == resource).map(|(_, kind)| *kind)
}
