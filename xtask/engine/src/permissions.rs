//! What the caller has to be allowed so that CloudFormation can do it in the caller's name.

/// What becomes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Create,
    Modify,
    Delete,
}

/// The IAM actions behind a change of a resource, of types that are known here. Only those that it always takes, or takes
/// for what stacks of this kind set: an optional feature of a resource may take more.
pub fn needed(kind: &str, verb: Verb) -> Option<&'static [&'static str]> {
    let (_, [create, modify, delete]) = NEEDED.iter().find(|(known, _)| *known == kind)?;
    Some(match verb {
        Verb::Create => create,
        Verb::Modify => modify,
        Verb::Delete => delete,
    })
}

/// An action of the row's own service, or of another, which is written out.
macro_rules! action {
    ($service:literal $other:literal) => {
        $other
    };
    ($service:literal $name:ident) => {
        concat!($service, ":", stringify!($name))
    };
}

/// For each type the prefix of its service's actions, what it always takes, and what more to create, modify and delete it.
/// What is replaced and never modified takes nothing more for that.
macro_rules! table {
    ($($kind:literal $service:literal [$($always:tt)*]: [$($create:tt)*] [$($modify:tt)*] [$($delete:tt)*];)*) => {
        const NEEDED: &[(&str, [&[&str]; 3])] = &[$((
            $kind,
            [
                &[$(action!($service $create),)* $(action!($service $always)),*],
                &[$(action!($service $modify),)* $(action!($service $always)),*],
                &[$(action!($service $delete),)* $(action!($service $always)),*],
            ],
        )),*];
    };
}

table! {
    "AWS::ApplicationAutoScaling::ScalableTarget" "application-autoscaling" [DescribeScalableTargets]:
        [RegisterScalableTarget] [RegisterScalableTarget] [DeregisterScalableTarget];
    "AWS::ApplicationAutoScaling::ScalingPolicy" "application-autoscaling" [DescribeScalingPolicies]:
        [PutScalingPolicy] [PutScalingPolicy] [DeleteScalingPolicy];
    "AWS::Athena::NamedQuery" "athena" []: [CreateNamedQuery] [] [DeleteNamedQuery];
    "AWS::Athena::WorkGroup" "athena" [GetWorkGroup]:
        [CreateWorkGroup TagResource] [UpdateWorkGroup TagResource] [DeleteWorkGroup];
    "AWS::CloudWatch::Alarm" "cloudwatch" [DescribeAlarms]:
        [PutMetricAlarm TagResource] [PutMetricAlarm TagResource] [DeleteAlarms];
    "AWS::CloudWatch::Dashboard" "cloudwatch" []: [PutDashboard] [PutDashboard] [DeleteDashboards];
    "AWS::CodeDeploy::Application" "codedeploy" [GetApplication]:
        [CreateApplication TagResource] [UpdateApplication TagResource] [DeleteApplication];
    "AWS::CodeDeploy::DeploymentConfig" "codedeploy" [GetDeploymentConfig]:
        [CreateDeploymentConfig] [] [DeleteDeploymentConfig];
    "AWS::CodeDeploy::DeploymentGroup" "codedeploy" [GetDeploymentGroup]:
        [CreateDeploymentGroup TagResource "iam:PassRole"]
        [UpdateDeploymentGroup TagResource "iam:PassRole"] [DeleteDeploymentGroup];
    "AWS::DMS::Endpoint" "dms" [DescribeEndpoints]:
        [CreateEndpoint AddTagsToResource] [ModifyEndpoint AddTagsToResource] [DeleteEndpoint];
    "AWS::DMS::EventSubscription" "dms" [DescribeEventSubscriptions]:
        [CreateEventSubscription AddTagsToResource]
        [ModifyEventSubscription AddTagsToResource] [DeleteEventSubscription];
    "AWS::DMS::ReplicationConfig" "dms" [DescribeReplicationConfigs]:
        [CreateReplicationConfig AddTagsToResource]
        [ModifyReplicationConfig AddTagsToResource] [DeleteReplicationConfig];
    "AWS::DMS::ReplicationInstance" "dms" [DescribeReplicationInstances]:
        [CreateReplicationInstance AddTagsToResource]
        [ModifyReplicationInstance AddTagsToResource] [DeleteReplicationInstance];
    "AWS::DMS::ReplicationSubnetGroup" "dms" [DescribeReplicationSubnetGroups]:
        [CreateReplicationSubnetGroup AddTagsToResource]
        [ModifyReplicationSubnetGroup AddTagsToResource] [DeleteReplicationSubnetGroup];
    "AWS::DMS::ReplicationTask" "dms" [DescribeReplicationTasks]:
        [CreateReplicationTask AddTagsToResource] [ModifyReplicationTask AddTagsToResource] [DeleteReplicationTask];
    "AWS::DynamoDB::Table" "dynamodb" [DescribeTable]:
        [CreateTable TagResource] [UpdateTable TagResource] [DeleteTable];
    "AWS::EC2::EIP" "ec2" [DescribeAddresses]: [AllocateAddress CreateTags] [CreateTags] [ReleaseAddress];
    "AWS::EC2::InternetGateway" "ec2" [DescribeInternetGateways]:
        [CreateInternetGateway CreateTags] [CreateTags] [DeleteInternetGateway];
    "AWS::EC2::NatGateway" "ec2" [DescribeNatGateways]: [CreateNatGateway CreateTags] [CreateTags] [DeleteNatGateway];
    "AWS::EC2::Route" "ec2" [DescribeRouteTables]: [CreateRoute] [ReplaceRoute] [DeleteRoute];
    "AWS::EC2::RouteTable" "ec2" [DescribeRouteTables]: [CreateRouteTable CreateTags] [CreateTags] [DeleteRouteTable];
    "AWS::EC2::SecurityGroup" "ec2" [DescribeSecurityGroups]:
        [CreateSecurityGroup AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress CreateTags]
        [AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress
            RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateTags]
        [DeleteSecurityGroup];
    "AWS::EC2::SecurityGroupEgress" "ec2" []:
        [AuthorizeSecurityGroupEgress DescribeSecurityGroupRules]
        [UpdateSecurityGroupRuleDescriptionsEgress] [RevokeSecurityGroupEgress DescribeSecurityGroupRules];
    "AWS::EC2::SecurityGroupIngress" "ec2" []:
        [AuthorizeSecurityGroupIngress DescribeSecurityGroupRules]
        [UpdateSecurityGroupRuleDescriptionsIngress] [RevokeSecurityGroupIngress DescribeSecurityGroupRules];
    "AWS::EC2::Subnet" "ec2" [DescribeSubnets]:
        [CreateSubnet CreateTags] [ModifySubnetAttribute CreateTags] [DeleteSubnet];
    "AWS::EC2::SubnetRouteTableAssociation" "ec2" [DescribeRouteTables]:
        [AssociateRouteTable] [] [DisassociateRouteTable];
    "AWS::EC2::VPC" "ec2" [DescribeVpcs]: [CreateVpc CreateTags] [ModifyVpcAttribute CreateTags] [DeleteVpc];
    "AWS::EC2::VPCEndpoint" "ec2" [DescribeVpcEndpoints]:
        [CreateVpcEndpoint CreateTags] [ModifyVpcEndpoint CreateTags] [DeleteVpcEndpoints];
    "AWS::EC2::VPCGatewayAttachment" "ec2" []:
        [AttachInternetGateway DescribeInternetGateways]
        [AttachInternetGateway DetachInternetGateway] [DetachInternetGateway DescribeInternetGateways];
    "AWS::ECR::Repository" "ecr" [DescribeRepositories]:
        [CreateRepository PutLifecyclePolicy SetRepositoryPolicy TagResource]
        [PutImageScanningConfiguration PutImageTagMutability PutLifecyclePolicy SetRepositoryPolicy TagResource]
        [DeleteRepository];
    "AWS::ECS::Cluster" "ecs" [DescribeClusters]:
        [CreateCluster TagResource] [UpdateCluster TagResource] [DeleteCluster];
    "AWS::ECS::Service" "ecs" [DescribeServices]:
        [CreateService TagResource] [UpdateService TagResource] [DeleteService];
    "AWS::ECS::TaskDefinition" "ecs" [DescribeTaskDefinition]:
        [RegisterTaskDefinition TagResource "iam:PassRole"] [TagResource] [DeregisterTaskDefinition];
    "AWS::Events::EventBus" "events" [DescribeEventBus]:
        [CreateEventBus TagResource] [UpdateEventBus TagResource] [DeleteEventBus];
    "AWS::Events::Rule" "events" [DescribeRule]:
        [PutRule PutTargets TagResource]
        [PutRule PutTargets RemoveTargets ListTargetsByRule] [DeleteRule RemoveTargets ListTargetsByRule];
    "AWS::Glue::Database" "glue" [GetDatabase]: [CreateDatabase] [UpdateDatabase] [DeleteDatabase];
    "AWS::Glue::Job" "glue" [GetJob]:
        [CreateJob TagResource "iam:PassRole"] [UpdateJob TagResource "iam:PassRole"] [DeleteJob];
    "AWS::Glue::Table" "glue" [GetTable]: [CreateTable] [UpdateTable] [DeleteTable];
    "AWS::IAM::ManagedPolicy" "iam" [GetPolicy]:
        [CreatePolicy AttachRolePolicy]
        [CreatePolicyVersion DeletePolicyVersion ListPolicyVersions]
        [DeletePolicy DeletePolicyVersion DetachRolePolicy ListEntitiesForPolicy ListPolicyVersions];
    "AWS::IAM::OIDCProvider" "iam" [GetOpenIDConnectProvider]:
        [CreateOpenIDConnectProvider TagOpenIDConnectProvider]
        [AddClientIDToOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider]
        [DeleteOpenIDConnectProvider];
    "AWS::IAM::Policy" "iam" [GetRolePolicy]: [PutRolePolicy] [PutRolePolicy DeleteRolePolicy] [DeleteRolePolicy];
    "AWS::IAM::Role" "iam" [GetRole]:
        [CreateRole PutRolePolicy TagRole]
        [UpdateRole UpdateAssumeRolePolicy PutRolePolicy DeleteRolePolicy TagRole]
        [DeleteRole DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies];
    "AWS::KMS::Alias" "kms" []: [CreateAlias] [UpdateAlias] [DeleteAlias];
    "AWS::KMS::Key" "kms" [DescribeKey]:
        [CreateKey EnableKeyRotation TagResource]
        [PutKeyPolicy UpdateKeyDescription EnableKeyRotation TagResource] [ScheduleKeyDeletion];
    "AWS::Kinesis::Stream" "kinesis" [DescribeStreamSummary]:
        [CreateStream AddTagsToStream IncreaseStreamRetentionPeriod StartStreamEncryption]
        [AddTagsToStream UpdateShardCount UpdateStreamMode
            IncreaseStreamRetentionPeriod DecreaseStreamRetentionPeriod]
        [DeleteStream];
    "AWS::KinesisFirehose::DeliveryStream" "firehose" [DescribeDeliveryStream]:
        [CreateDeliveryStream TagDeliveryStream "iam:PassRole"]
        [UpdateDestination TagDeliveryStream "iam:PassRole"] [DeleteDeliveryStream];
    "AWS::Lambda::Alias" "lambda" [GetAlias]: [CreateAlias] [UpdateAlias] [DeleteAlias];
    "AWS::Lambda::CodeSigningConfig" "lambda" [GetCodeSigningConfig]:
        [CreateCodeSigningConfig TagResource] [UpdateCodeSigningConfig TagResource] [DeleteCodeSigningConfig];
    "AWS::Lambda::EventInvokeConfig" "lambda" []:
        [PutFunctionEventInvokeConfig] [UpdateFunctionEventInvokeConfig] [DeleteFunctionEventInvokeConfig];
    "AWS::Lambda::EventSourceMapping" "lambda" [GetEventSourceMapping]:
        [CreateEventSourceMapping TagResource] [UpdateEventSourceMapping TagResource] [DeleteEventSourceMapping];
    "AWS::Lambda::Function" "lambda" [GetFunction]:
        [CreateFunction TagResource "iam:PassRole" "s3:GetObject"]
        [UpdateFunctionCode UpdateFunctionConfiguration TagResource "iam:PassRole" "s3:GetObject"] [DeleteFunction];
    "AWS::Lambda::LayerVersion" "lambda" [GetLayerVersion]:
        [PublishLayerVersion "s3:GetObject"] [] [DeleteLayerVersion];
    "AWS::Lambda::Permission" "lambda" [GetPolicy]: [AddPermission] [] [RemovePermission];
    "AWS::Lambda::Version" "lambda" [GetFunctionConfiguration]: [PublishVersion] [] [DeleteFunction];
    "AWS::Logs::LogGroup" "logs" [DescribeLogGroups]:
        [CreateLogGroup PutRetentionPolicy TagResource] [PutRetentionPolicy TagResource] [DeleteLogGroup];
    "AWS::Logs::LogStream" "logs" [DescribeLogStreams]: [CreateLogStream] [] [DeleteLogStream];
    "AWS::Logs::MetricFilter" "logs" [DescribeMetricFilters]: [PutMetricFilter] [PutMetricFilter] [DeleteMetricFilter];
    "AWS::RDS::DBInstance" "rds" [DescribeDBInstances]:
        [CreateDBInstance AddTagsToResource] [ModifyDBInstance AddTagsToResource] [DeleteDBInstance];
    "AWS::RDS::DBParameterGroup" "rds" []:
        [CreateDBParameterGroup ModifyDBParameterGroup DescribeDBParameterGroups AddTagsToResource]
        [ModifyDBParameterGroup DescribeDBParameters AddTagsToResource]
        [DeleteDBParameterGroup DescribeDBParameterGroups];
    "AWS::RDS::DBSubnetGroup" "rds" [DescribeDBSubnetGroups]:
        [CreateDBSubnetGroup AddTagsToResource] [ModifyDBSubnetGroup AddTagsToResource] [DeleteDBSubnetGroup];
    "AWS::Redshift::Cluster" "redshift" [DescribeClusters]:
        [CreateCluster CreateTags] [ModifyCluster CreateTags] [DeleteCluster];
    "AWS::Redshift::ClusterParameterGroup" "redshift" [DescribeClusterParameterGroups]:
        [CreateClusterParameterGroup ModifyClusterParameterGroup CreateTags]
        [ModifyClusterParameterGroup CreateTags] [DeleteClusterParameterGroup];
    "AWS::Redshift::ClusterSubnetGroup" "redshift" [DescribeClusterSubnetGroups]:
        [CreateClusterSubnetGroup CreateTags] [ModifyClusterSubnetGroup CreateTags] [DeleteClusterSubnetGroup];
    "AWS::RedshiftServerless::Namespace" "redshift-serverless" [GetNamespace]:
        [CreateNamespace TagResource] [UpdateNamespace TagResource] [DeleteNamespace];
    "AWS::RedshiftServerless::Workgroup" "redshift-serverless" [GetWorkgroup]:
        [CreateWorkgroup TagResource] [UpdateWorkgroup TagResource] [DeleteWorkgroup];
    "AWS::S3::Bucket" "s3" []:
        [CreateBucket PutBucketOwnershipControls PutBucketPublicAccessBlock
            PutBucketTagging PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration]
        [PutBucketOwnershipControls PutBucketPublicAccessBlock PutBucketTagging
            PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration]
        [DeleteBucket];
    "AWS::S3::BucketPolicy" "s3" [GetBucketPolicy]: [PutBucketPolicy] [PutBucketPolicy] [DeleteBucketPolicy];
    "AWS::SNS::Subscription" "sns" [GetSubscriptionAttributes]: [Subscribe] [SetSubscriptionAttributes] [Unsubscribe];
    "AWS::SNS::Topic" "sns" [GetTopicAttributes]:
        [CreateTopic TagResource] [SetTopicAttributes TagResource] [DeleteTopic];
    "AWS::SNS::TopicPolicy" "sns" []: [SetTopicAttributes] [SetTopicAttributes] [SetTopicAttributes];
    "AWS::SQS::Queue" "sqs" [GetQueueAttributes]: [CreateQueue TagQueue] [SetQueueAttributes TagQueue] [DeleteQueue];
    "AWS::SQS::QueuePolicy" "sqs" []: [SetQueueAttributes] [SetQueueAttributes] [SetQueueAttributes];
    "AWS::Scheduler::Schedule" "scheduler" [GetSchedule]:
        [CreateSchedule "iam:PassRole"] [UpdateSchedule "iam:PassRole"] [DeleteSchedule];
    "AWS::Scheduler::ScheduleGroup" "scheduler" [GetScheduleGroup]:
        [CreateScheduleGroup TagResource] [TagResource] [DeleteScheduleGroup];
    "AWS::SecretsManager::RotationSchedule" "secretsmanager" [DescribeSecret]:
        [RotateSecret] [RotateSecret] [CancelRotateSecret];
    "AWS::SecretsManager::Secret" "secretsmanager" [DescribeSecret]:
        [CreateSecret GetRandomPassword TagResource] [UpdateSecret TagResource] [DeleteSecret];
    "AWS::SecretsManager::SecretTargetAttachment" "secretsmanager" []:
        [GetSecretValue PutSecretValue] [GetSecretValue PutSecretValue] [GetSecretValue PutSecretValue];
    "AWS::StepFunctions::StateMachine" "states" [DescribeStateMachine]:
        [CreateStateMachine TagResource "iam:PassRole"]
        [UpdateStateMachine TagResource "iam:PassRole"] [DeleteStateMachine];
    "AWS::StepFunctions::StateMachineAlias" "states" [DescribeStateMachineAlias]:
        [CreateStateMachineAlias] [UpdateStateMachineAlias] [DeleteStateMachineAlias];
    "AWS::StepFunctions::StateMachineVersion" "states" [DescribeStateMachine]:
        [PublishStateMachineVersion] [] [DeleteStateMachineVersion];
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    /// The types in a folder of templates, and in those below it.
    fn types(dir: &Path, into: &mut Vec<String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                types(&path, into);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let kinds = text.lines().filter_map(|line| line.trim().strip_prefix("Type: AWS::"));
                into.extend(kinds.map(|kind| format!("AWS::{kind}")));
            }
        }
    }

    #[test]
    fn every_type_in_a_template_is_known() {
        let mut kinds = Vec::new();
        types(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates"), &mut kinds);
        assert!(kinds.len() > 10, "{kinds:?}");
        for kind in kinds {
            assert!(needed(&kind, Verb::Create).is_some_and(|actions| !actions.is_empty()), "{kind}");
        }
        assert_eq!(needed("Custom::Unheard", Verb::Create), None);
    }

    #[test]
    fn every_action_is_one() {
        for (kind, actions) in NEEDED {
            let [create, _, delete] = actions;
            assert!(!create.is_empty() && !delete.is_empty(), "{kind}");
            for action in actions.iter().copied().flatten() {
                let (service, name) = action.split_once(':').unwrap();
                assert!(service.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{action}");
                assert!(name.starts_with(|c: char| c.is_ascii_uppercase()), "{action}");
                assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{action}");
            }
        }
        assert!(needed("AWS::Lambda::Function", Verb::Create).unwrap().contains(&"iam:PassRole"));
        assert!(needed("AWS::SQS::Queue", Verb::Delete).unwrap().contains(&"sqs:DeleteQueue"));
    }
}
