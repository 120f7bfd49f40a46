//! What each type of resource costs by. A stage of ours has no type that is not in this table; one that is not is told of.

mod bill;
mod computing;
mod databases;
mod network;
mod storing;
mod streaming;
mod watching;

use crate::scene::{Resource, Scene};

pub use bill::Bill;

/// How a type is paid for.
#[derive(Clone, Copy)]
pub enum Kind {
    Free,
    /// Puts its lines on the bill.
    Priced(fn(&Resource, &Scene, &mut Bill)),
}

use Kind::{Free, Priced};

/// Every type that a stage can have, and some that stages often get.
const KINDS: &[(&str, Kind)] = &[
    ("AWS::Athena::NamedQuery", Free),
    ("AWS::Athena::WorkGroup", Priced(storing::queries)),
    ("AWS::CloudWatch::Alarm", Priced(watching::alarm)),
    ("AWS::CloudWatch::Dashboard", Priced(watching::dashboard)),
    // Of functions; CodeDeploy is only paid for on machines of one's own.
    ("AWS::CodeDeploy::Application", Free),
    ("AWS::CodeDeploy::DeploymentConfig", Free),
    ("AWS::CodeDeploy::DeploymentGroup", Free),
    ("AWS::DMS::Endpoint", Free),
    ("AWS::DMS::ReplicationInstance", Priced(databases::replication)),
    ("AWS::DMS::ReplicationSubnetGroup", Free),
    ("AWS::DMS::ReplicationTask", Free),
    ("AWS::DynamoDB::Table", Priced(databases::table)),
    ("AWS::EC2::EIP", Priced(network::address)),
    ("AWS::EC2::InternetGateway", Free),
    ("AWS::EC2::NatGateway", Priced(network::nat)),
    ("AWS::EC2::Route", Free),
    ("AWS::EC2::RouteTable", Free),
    ("AWS::EC2::SecurityGroup", Free),
    ("AWS::EC2::SecurityGroupEgress", Free),
    ("AWS::EC2::SecurityGroupIngress", Free),
    ("AWS::EC2::Subnet", Free),
    ("AWS::EC2::SubnetRouteTableAssociation", Free),
    ("AWS::EC2::VPC", Free),
    ("AWS::EC2::VPCEndpoint", Priced(network::endpoint)),
    ("AWS::EC2::VPCGatewayAttachment", Free),
    ("AWS::ECR::Repository", Priced(storing::repository)),
    ("AWS::ECS::Cluster", Priced(computing::cluster)),
    ("AWS::ECS::TaskDefinition", Priced(computing::task)),
    ("AWS::Events::Rule", Priced(streaming::rule)),
    ("AWS::Glue::Database", Free),
    ("AWS::Glue::Job", Priced(computing::job)),
    ("AWS::Glue::Table", Free),
    ("AWS::IAM::ManagedPolicy", Free),
    ("AWS::IAM::Policy", Free),
    ("AWS::IAM::Role", Free),
    ("AWS::KMS::Alias", Free),
    ("AWS::KMS::Key", Priced(watching::key)),
    ("AWS::Kinesis::Stream", Priced(streaming::stream)),
    ("AWS::KinesisFirehose::DeliveryStream", Priced(streaming::delivery)),
    ("AWS::Lambda::Alias", Free),
    ("AWS::Lambda::CodeSigningConfig", Free),
    ("AWS::Lambda::EventInvokeConfig", Free),
    ("AWS::Lambda::EventSourceMapping", Free),
    ("AWS::Lambda::Function", Priced(computing::function)),
    ("AWS::Lambda::Permission", Free),
    ("AWS::Lambda::Version", Free),
    ("AWS::Logs::LogGroup", Priced(watching::logs)),
    ("AWS::Logs::LogStream", Free),
    ("AWS::Logs::MetricFilter", Free),
    ("AWS::RDS::DBInstance", Priced(databases::instance)),
    ("AWS::RDS::DBParameterGroup", Free),
    ("AWS::RDS::DBSubnetGroup", Free),
    ("AWS::Redshift::Cluster", Priced(databases::cluster)),
    ("AWS::Redshift::ClusterParameterGroup", Free),
    ("AWS::Redshift::ClusterSubnetGroup", Free),
    ("AWS::RedshiftServerless::Namespace", Priced(databases::namespace)),
    ("AWS::RedshiftServerless::Workgroup", Priced(databases::workgroup)),
    ("AWS::S3::Bucket", Priced(storing::bucket)),
    ("AWS::S3::BucketPolicy", Free),
    ("AWS::SNS::Subscription", Priced(streaming::subscription)),
    ("AWS::SNS::Topic", Priced(streaming::topic)),
    ("AWS::SNS::TopicPolicy", Free),
    ("AWS::SQS::Queue", Priced(streaming::queue)),
    ("AWS::SQS::QueuePolicy", Free),
    ("AWS::Scheduler::Schedule", Priced(streaming::schedule)),
    ("AWS::Scheduler::ScheduleGroup", Free),
    ("AWS::SecretsManager::Secret", Priced(watching::secret)),
    ("AWS::StepFunctions::StateMachine", Priced(computing::machine)),
    ("AWS::StepFunctions::StateMachineAlias", Free),
    ("AWS::StepFunctions::StateMachineVersion", Free),
];

/// `None` for a type that the table does not know.
pub fn kind(name: &str) -> Option<Kind> {
    KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::KINDS;

    #[test]
    fn each_type_stands_once_and_in_order() {
        assert!(KINDS.is_sorted_by(|(left, _), (right, _)| left < right));
    }
}
