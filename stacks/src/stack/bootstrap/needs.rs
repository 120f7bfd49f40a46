//! What CloudFormation does to make, change and delete what our templates contain, by service: each action with what it is asked
//! of. A type of resource that is new in a template has its row here, or a test of the table of calls fails.

use super::reach::Tagged;

/// Actions of one service that are asked of the same things.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) service: &'static str,
    /// Without the service, parted by spaces.
    pub(super) actions: &'static str,
    pub(super) of: &'static [&'static str],
    /// Where a thing has no name of ours: that its tags, or those that it is given, are the stage's.
    pub(super) tagged: Option<Tagged>,
}

impl Row {
    pub(super) fn actions(&self) -> impl Iterator<Item = String> {
        self.actions.split(' ').map(|action| format!("{}:{action}", self.service))
    }
}

const fn row(service: &'static str, actions: &'static str, of: &'static [&'static str]) -> Row {
    Row { service, actions, of, tagged: None }
}

const fn made(service: &'static str, actions: &'static str, of: &'static [&'static str]) -> Row {
    Row { service, actions, of, tagged: Some(Tagged::Request) }
}

const fn owned(service: &'static str, actions: &'static str, of: &'static [&'static str]) -> Row {
    Row { service, actions, of, tagged: Some(Tagged::Resource) }
}

/// What holds data.
pub(super) const DATA: &[Row] = &[
    row(
        "s3",
        "CreateBucket DeleteBucket DeleteBucketPolicy GetBucket* GetAccelerateConfiguration GetAnalyticsConfiguration \
         GetEncryptionConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration \
         GetLifecycleConfiguration GetMetricsConfiguration GetReplicationConfiguration ListTagsForResource \
         PutBucketLogging PutBucketNotification PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock \
         PutBucketTagging PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration TagResource \
         UntagResource",
        &["s3:::{f}-*-{a}"],
    ),
    // Code, and large templates.
    row("s3", "GetObject GetObjectVersion", &["s3:::{f}-artifacts-{a}/*"]),
    row(
        "sqs",
        "CreateQueue DeleteQueue GetQueueAttributes GetQueueUrl ListQueueTags SetQueueAttributes TagQueue UntagQueue",
        &["sqs:{r}:{a}:{f}-*"],
    ),
    row(
        "sns",
        "CreateTopic DeleteTopic GetDataProtectionPolicy GetSubscriptionAttributes GetTopicAttributes \
         ListSubscriptionsByTopic ListTagsForResource SetSubscriptionAttributes SetTopicAttributes Subscribe TagResource \
         Unsubscribe UntagResource",
        &["sns:{r}:{a}:{f}-*"],
    ),
    made("kms", "CreateKey", &["*"]),
    owned(
        "kms",
        "DisableKeyRotation EnableKey EnableKeyRotation GetKeyPolicy GetKeyRotationStatus ListResourceTags PutKeyPolicy \
         ScheduleKeyDeletion TagResource UntagResource UpdateKeyDescription",
        &["kms:{r}:{a}:key/*"],
    ),
    row("kms", "DescribeKey", &["kms:{r}:{a}:key/*"]),
    row(
        "dynamodb",
        "CreateTable DeleteTable DescribeContinuousBackups DescribeContributorInsights \
         DescribeKinesisStreamingDestination DescribeTable DescribeTimeToLive GetResourcePolicy ListTagsOfResource \
         TagResource UntagResource UpdateContinuousBackups UpdateTable UpdateTimeToLive",
        &["dynamodb:{r}:{a}:table/{f}-*"],
    ),
];

/// What data moves through, and what says when.
pub(super) const STREAMS: &[Row] = &[
    row(
        "kinesis",
        "AddTagsToStream CreateStream DecreaseStreamRetentionPeriod DeleteStream DescribeStream DescribeStreamSummary \
         DisableEnhancedMonitoring EnableEnhancedMonitoring IncreaseStreamRetentionPeriod ListTagsForResource \
         ListTagsForStream RemoveTagsFromStream StartStreamEncryption StopStreamEncryption TagResource UntagResource \
         UpdateShardCount UpdateStreamMode",
        &["kinesis:{r}:{a}:stream/{f}-*"],
    ),
    row(
        "firehose",
        "CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream ListTagsForDeliveryStream \
         StartDeliveryStreamEncryption StopDeliveryStreamEncryption TagDeliveryStream UntagDeliveryStream \
         UpdateDestination",
        &["firehose:{r}:{a}:deliverystream/{f}-*"],
    ),
    row(
        "glue",
        "CreateDatabase CreateTable DeleteDatabase DeleteTable GetDatabase GetTable GetTags TagResource UntagResource \
         UpdateDatabase UpdateTable",
        &[
            "glue:{r}:{a}:catalog",
            "glue:{r}:{a}:database/{c}_*",
            "glue:{r}:{a}:table/{c}_*/*",
            "glue:{r}:{a}:userDefinedFunction/{c}_*/*",
        ],
    ),
    row(
        "athena",
        "CreateNamedQuery CreateWorkGroup DeleteNamedQuery DeleteWorkGroup GetNamedQuery GetWorkGroup ListNamedQueries \
         ListTagsForResource TagResource UntagResource UpdateNamedQuery UpdateWorkGroup",
        &["athena:{r}:{a}:workgroup/{f}-*"],
    ),
    row(
        "ecr",
        "BatchGetImage BatchDeleteImage CreateRepository DeleteLifecyclePolicy DeleteRepository DeleteRepositoryPolicy \
         DescribeRepositories GetDownloadUrlForLayer GetLifecyclePolicy GetRepositoryPolicy ListImages \
         ListTagsForResource PutImageScanningConfiguration PutImageTagMutability PutLifecyclePolicy SetRepositoryPolicy \
         TagResource UntagResource",
        &["ecr:{r}:{a}:repository/{f}/*"],
    ),
    row(
        "scheduler",
        "CreateSchedule DeleteSchedule GetSchedule UpdateSchedule",
        &["scheduler:{r}:{a}:schedule/default/{f}-*"],
    ),
    row(
        "events",
        "DeleteRule DescribeRule DisableRule EnableRule ListTagsForResource ListTargetsByRule PutRule PutTargets \
         RemoveTargets TagResource UntagResource",
        &["events:{r}:{a}:rule/{f}-*"],
    ),
];

/// What works, and what tells of it.
pub(super) const WORK: &[Row] = &[
    row(
        "lambda",
        "AddPermission CreateAlias CreateFunction DeleteAlias DeleteFunction DeleteFunctionConcurrency \
         DeleteFunctionEventInvokeConfig DeleteProvisionedConcurrencyConfig GetAlias GetFunction* GetPolicy \
         GetProvisionedConcurrencyConfig GetRuntimeManagementConfig ListFunctionEventInvokeConfigs ListTags \
         ListVersionsByFunction PublishVersion PutFunctionConcurrency PutFunctionEventInvokeConfig \
         PutProvisionedConcurrencyConfig PutRuntimeManagementConfig RemovePermission TagResource UntagResource \
         UpdateAlias UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig",
        &["lambda:{r}:{a}:function:{f}-*"],
    ),
    row("lambda", "GetEventSourceMapping ListTags", &["lambda:{r}:{a}:event-source-mapping:*"]),
    made("lambda", "TagResource", &["lambda:{r}:{a}:event-source-mapping:*"]),
    row(
        "logs",
        "CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream DeleteRetentionPolicy DescribeLogStreams \
         GetDataProtectionPolicy ListTagsForResource PutRetentionPolicy TagResource UntagResource",
        &[
            "logs:{r}:{a}:log-group:/aws/lambda/{f}-*",
            "logs:{r}:{a}:log-group:/aws/kinesisfirehose/{f}-*",
            "logs:{r}:{a}:log-group:/ecs/{f}-*",
        ],
    ),
    row("logs", "DescribeIndexPolicies DescribeLogGroups DescribeResourcePolicies", &["*"]),
    row(
        "states",
        "CreateStateMachine CreateStateMachineAlias DeleteStateMachine DeleteStateMachineAlias \
         DeleteStateMachineVersion DescribeStateMachine DescribeStateMachineAlias ListStateMachineAliases \
         ListStateMachineVersions ListTagsForResource PublishStateMachineVersion TagResource UntagResource \
         UpdateStateMachine UpdateStateMachineAlias",
        &["states:{r}:{a}:stateMachine:{f}-*"],
    ),
    row("states", "ValidateStateMachineDefinition", &["*"]),
    row(
        "ecs",
        "CreateCluster DeleteCluster ListTagsForResource PutClusterCapacityProviders RegisterTaskDefinition TagResource \
         UntagResource UpdateCluster UpdateClusterSettings",
        &["ecs:{r}:{a}:cluster/{f}-*", "ecs:{r}:{a}:task-definition/{f}-*"],
    ),
    // Asked of no task definition, whatever it is named.
    row("ecs", "DeregisterTaskDefinition DescribeClusters DescribeTaskDefinition", &["*"]),
    row("glue", "CreateJob DeleteJob GetJob GetTags TagResource UntagResource UpdateJob", &["glue:{r}:{a}:job/{f}-*"]),
    row(
        "cloudwatch",
        "DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource",
        &["cloudwatch:{r}:{a}:alarm:{f}-*"],
    ),
    row("cloudwatch", "DescribeAlarms", &["*"]),
    row("cloudwatch", "DeleteDashboards GetDashboard PutDashboard", &["cloudwatch::{a}:dashboard/{f}-*"]),
];

/// Whose signature functions ask of their code, where they ask for one. What says so has no name of ours.
pub(super) const SIGNING: &[Row] = &[
    row("lambda", "CreateCodeSigningConfig", &["*"]),
    made("lambda", "TagResource", &[SIGNING_CONFIGS]),
    owned("lambda", "DeleteCodeSigningConfig TagResource UntagResource UpdateCodeSigningConfig", &[SIGNING_CONFIGS]),
    row(
        "lambda",
        "DeleteFunctionCodeSigningConfig GetCodeSigningConfig ListTags PutFunctionCodeSigningConfig",
        &["lambda:{r}:{a}:function:{f}-*", SIGNING_CONFIGS],
    ),
];

const SIGNING_CONFIGS: &str = "lambda:{r}:{a}:code-signing-config:*";

/// How calls come to a new version, where they are shifted to it.
pub(super) const RELEASES: &[Row] = &[row(
    "codedeploy",
    "CreateApplication CreateDeployment CreateDeploymentConfig CreateDeploymentGroup DeleteApplication \
         DeleteDeploymentConfig DeleteDeploymentGroup GetApplication GetApplicationRevision GetDeployment \
         GetDeploymentConfig GetDeploymentGroup ListTagsForResource RegisterApplicationRevision StopDeployment TagResource \
         UntagResource UpdateApplication UpdateDeploymentGroup",
    &[
        "codedeploy:{r}:{a}:application:{f}-*",
        "codedeploy:{r}:{a}:deploymentgroup:{f}-*",
        "codedeploy:{r}:{a}:deploymentconfig:{f}-*",
    ],
)];

/// Networks.
pub(super) const NETWORK: &[Row] = &[
    row("ec2", "Describe* GetSecurityGroupsForVpc", &["*"]),
    made(
        "ec2",
        "CreateInternetGateway CreateRouteTable CreateSecurityGroup CreateSubnet CreateVpc CreateVpcEndpoint",
        &["ec2:{r}:{a}:*"],
    ),
    // What they are made in and for.
    owned("ec2", "CreateRouteTable CreateSecurityGroup CreateSubnet CreateVpcEndpoint", &["ec2:{r}:{a}:*"]),
    owned(
        "ec2",
        "AssociateRouteTable AttachInternetGateway AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateRoute \
         DeleteInternetGateway DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVpc \
         DeleteVpcEndpoints DetachInternetGateway DisassociateRouteTable ModifySecurityGroupRules ModifySubnetAttribute \
         ModifyVpcAttribute ModifyVpcEndpoint ReplaceRoute ReplaceRouteTableAssociation RevokeSecurityGroupEgress \
         RevokeSecurityGroupIngress UpdateSecurityGroupRuleDescriptionsEgress \
         UpdateSecurityGroupRuleDescriptionsIngress",
        &["ec2:{r}:{a}:*"],
    ),
];

/// What stands in them.
pub(super) const DATABASES: &[Row] = &[
    row(
        "rds",
        "AddTagsToResource CreateDBInstance CreateDBSubnetGroup DeleteDBInstance DeleteDBSubnetGroup ListTagsForResource \
         ModifyDBInstance ModifyDBSubnetGroup RemoveTagsFromResource",
        &["rds:{r}:{a}:db:{f}-*", "rds:{r}:{a}:subgrp:{f}-*"],
    ),
    // AWS's own settings, which an instance is made with.
    row("rds", "CreateDBInstance ModifyDBInstance", &["rds:{r}:{a}:og:default:*", "rds:{r}:{a}:pg:default.*"]),
    row("rds", "DescribeDBInstances DescribeDBSubnetGroups", &["rds:{r}:{a}:*"]),
    row(
        "redshift",
        "CreateCluster CreateClusterSubnetGroup CreateTags DeleteCluster DeleteClusterSubnetGroup DeleteTags ModifyCluster \
         ModifyClusterIamRoles ModifyClusterMaintenance ModifyClusterSubnetGroup",
        &["redshift:{r}:{a}:cluster:{f}-*", "redshift:{r}:{a}:subnetgroup:{f}-*"],
    ),
    row(
        "redshift",
        "DescribeClusterSubnetGroups DescribeClusters DescribeLoggingStatus DescribeTags GetResourcePolicy",
        &["redshift:{r}:{a}:*"],
    ),
    made("redshift-serverless", "CreateNamespace CreateWorkgroup TagResource", &["redshift-serverless:{r}:{a}:*"]),
    owned(
        "redshift-serverless",
        "CreateWorkgroup DeleteNamespace DeleteWorkgroup TagResource UntagResource UpdateNamespace UpdateWorkgroup",
        &["redshift-serverless:{r}:{a}:*"],
    ),
    row("redshift-serverless", "GetNamespace GetWorkgroup ListTagsForResource", &["redshift-serverless:{r}:{a}:*"]),
    made(
        "dms",
        "CreateEndpoint CreateReplicationInstance CreateReplicationSubnetGroup CreateReplicationTask",
        &["dms:{r}:{a}:*"],
    ),
    owned(
        "dms",
        "AddTagsToResource CreateReplicationInstance CreateReplicationTask DeleteEndpoint DeleteReplicationInstance \
         DeleteReplicationSubnetGroup DeleteReplicationTask ModifyEndpoint ModifyReplicationInstance \
         ModifyReplicationSubnetGroup ModifyReplicationTask RemoveTagsFromResource StopReplicationTask",
        &["dms:{r}:{a}:*"],
    ),
    row("dms", "Describe* ListTagsForResource", &["*"]),
    made("secretsmanager", "CreateSecret", &["secretsmanager:{r}:{a}:secret:*"]),
    owned(
        "secretsmanager",
        "DeleteSecret GetSecretValue PutSecretValue TagResource UntagResource UpdateSecret",
        &["secretsmanager:{r}:{a}:secret:*"],
    ),
    // Of databases that keep their passwords themselves.
    row(
        "secretsmanager",
        "CreateSecret DeleteSecret RotateSecret TagResource UpdateSecret",
        &["secretsmanager:{r}:{a}:secret:rds!*", "secretsmanager:{r}:{a}:secret:redshift!*"],
    ),
    row("secretsmanager", "DescribeSecret", &["secretsmanager:{r}:{a}:secret:*"]),
    row("secretsmanager", "GetRandomPassword", &["*"]),
];
