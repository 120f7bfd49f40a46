use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "data-policies",
    severity: Severity::Error,
    says: "Data goes with its stack, or with a replacement, because nobody said what should become of it",
    fix: "Give the resource a DeletionPolicy and an UpdateReplacePolicy: Retain, Snapshot, or Delete if that is meant",
    link: Some(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html",
    ),
    check,
    passing: "
Resources:
  Lake:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
  Database:
    Type: AWS::RDS::DBCluster
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
  Writer:
    Type: AWS::RDS::DBInstance
    Properties: {DBClusterIdentifier: !Ref Database}
",
    failing: "
Resources:
  Lake:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
",
};

/// What passes through: losing it loses what is on its way.
pub(super) static IN_TRANSIT: Rule = Rule {
    id: "transit-policies",
    severity: Severity::Warning,
    says: "What is on its way goes with the stack, or with a replacement, because nobody said what should become of it",
    check: |world, findings| told(world, findings, &["AWS::Kinesis::Stream", "AWS::SQS::Queue"]),
    passing: "
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
",
    failing: "
Resources:
  Jobs: {Type: 'AWS::SQS::Queue'}
",
    ..RULE
};

/// Types whose resources hold what cannot be made again.
const DATA: [&str; 12] = [
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::RedshiftServerless::Namespace",
    "AWS::S3::Bucket",
    "AWS::Timestream::Table",
];

fn check(world: &World, findings: &mut Findings<'_>) {
    told(world, findings, &DATA);
}

/// An instance of a cluster holds nothing itself.
fn is_of_a_cluster(resource: &Resource) -> bool {
    resource.kind == "AWS::RDS::DBInstance" && !resource.get("DBClusterIdentifier").is_missing()
}

fn told(world: &World, findings: &mut Findings<'_>, kinds: &[&str]) {
    let holds = |resource: &&Resource| kinds.contains(&resource.kind.as_str()) && !is_of_a_cluster(resource);
    for resource in world.resources().filter(holds) {
        let missing = ["DeletionPolicy", "UpdateReplacePolicy"].into_iter();
        let missing: Vec<_> = missing.filter(|policy| resource.attribute(policy).is_missing()).collect();
        if !missing.is_empty() {
            findings.on(resource, format!("{} holds data and has no {}", resource.kind, missing.join(" and no ")));
        }
    }
}
