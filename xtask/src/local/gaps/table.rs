//! Each found by deploying a template to the pinned version, and then asking the resource's own service.

/// Something that AWS does and the emulator does not.
pub(super) struct Gap {
    /// A resource type, or all types that begin so where it ends with a star.
    pub(super) kind: &'static str,
    /// A path in the properties; lists on the way are passed through.
    pub(super) property: &'static str,
    pub(super) when: When,
    pub(super) says: &'static str,
}

/// For which values of the property something is lost.
pub(super) enum When {
    /// The resource as such.
    Used,
    Set,
    Is(&'static [&'static str]),
    Not(&'static [&'static str]),
}

use When::{Is, Not, Set, Used};

const fn gap(kind: &'static str, property: &'static str, when: When, says: &'static str) -> Gap {
    Gap { kind, property, when, says }
}

const ALARM: &str = "AWS::CloudWatch::Alarm";
const BUCKET: &str = "AWS::S3::Bucket";
const DELIVERY: &str = "AWS::KinesisFirehose::DeliveryStream";
const FUNCTION: &str = "AWS::Lambda::Function";
const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
const SCHEDULE: &str = "AWS::Scheduler::Schedule";
const STREAM: &str = "AWS::Kinesis::Stream";

pub(super) const GAPS: &[Gap] = &[
    gap("AWS::SNS::Subscription", "Protocol", Is(&["email"]), "no mail is sent, and the address counts as confirmed"),
    gap(SCHEDULE, "ScheduleExpressionTimezone", Not(&["UTC"]), "the schedule fires at this time in UTC"),
    gap(BUCKET, "LifecycleConfiguration", Set, "the lifecycle rules are dropped, nothing expires"),
    gap(
        BUCKET,
        "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.SSEAlgorithm",
        Not(&["AES256"]),
        "objects are not encrypted with a key, so grants on the key are not tried",
    ),
    gap(BUCKET, "Tags", Set, "the bucket's tags are dropped"),
    gap(
        BUCKET,
        "VersioningConfiguration.Status",
        Not(&["Enabled"]),
        "versioning that was on stays on when an update suspends it",
    ),
    gap("AWS::IAM::Role", "PermissionsBoundary", Set, "the boundary is not put on the role, so it is not tried"),
    gap(STREAM, "StreamEncryption", Set, "the stream is not encrypted"),
    gap(STREAM, "ShardCount", Set, "a shard takes whatever comes, nothing is throttled; its reshards take two seconds"),
    gap(
        DELIVERY,
        "ExtendedS3DestinationConfiguration",
        Set,
        "there is no buffering: each record becomes an object of its own, at once; the delivery role's grants are not tried",
    ),
    gap(
        DELIVERY,
        "ExtendedS3DestinationConfiguration.CompressionFormat",
        Not(&["UNCOMPRESSED"]),
        "the delivered objects are not compressed",
    ),
    gap(
        DELIVERY,
        "ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions",
        Set,
        "a failed delivery is not logged to the log group",
    ),
    gap(FUNCTION, "ReservedConcurrentExecutions", Set, "the reserved concurrency is dropped"),
    gap(
        FUNCTION,
        "LoggingConfig.LogFormat",
        Is(&["JSON"]),
        "the function is not told to log as JSON; its lines are plain text",
    ),
    gap(MAPPING, "ParallelizationFactor", Set, "batches of one mapping are handled one after the other"),
    gap(
        MAPPING,
        "MaximumBatchingWindowInSeconds",
        Set,
        "a batch from a stream is handed over at once, not collected first",
    ),
    gap(MAPPING, "TumblingWindowInSeconds", Set, "there are no tumbling windows"),
    gap(MAPPING, "MetricsConfig", Set, "the mapping has no metrics"),
    gap(
        ALARM,
        "Namespace",
        Is(&["AWS/Firehose", "AWS/S3", "AWS/SNS", "AWS/States", "AWS/Events", "AWS/DynamoDB"]),
        "the alarm never sounds, the emulator has metrics of functions and queues only",
    ),
    gap(
        ALARM,
        "Namespace",
        Is(&["AWS/Kinesis"]),
        "the alarm never sounds and starts nothing; what a stream takes is counted, and what is scheduled looks at it",
    ),
    gap(ALARM, "MetricName", Is(&["ConcurrentExecutions"]), "the alarm never sounds, the emulator lacks its metric"),
    gap(ALARM, "Metrics", Set, "the emulator refuses a stack with an alarm on computed metrics"),
    gap(
        "AWS::SNS::Topic",
        "KmsMasterKeyId",
        Set,
        "messages are not encrypted with the key, so grants on it are not tried",
    ),
    gap(
        "AWS::SNS::Subscription",
        "Protocol",
        Is(&["email", "email-json", "sms"]),
        "no message is sent; the subscription counts as confirmed",
    ),
    gap(
        "AWS::Scheduler::Schedule",
        "ScheduleExpressionTimezone",
        Not(&["UTC"]),
        "the schedule runs in UTC, not in its time zone",
    ),
    gap("AWS::DynamoDB::Table", "TimeToLiveSpecification", Set, "items do not expire"),
    gap("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification", Set, "there is no point-in-time recovery"),
    gap("AWS::ECS::Service", "", Used, "the service is said to run, but runs nothing without Docker"),
    gap(
        "AWS::RDS::DBInstance",
        "Engine",
        Not(&["postgres"]),
        "the database is said to be available, but there is no engine behind it",
    ),
    gap("AWS::CodeDeploy::*", "", Used, "the emulator refuses a stack that has this type"),
    gap("AWS::DMS::*", "", Used, "the emulator refuses a stack that has this type"),
    gap("AWS::Redshift::*", "", Used, "the emulator refuses a stack that has this type"),
    gap("AWS::Glue::Job", "", Used, "a run of the job is said to succeed, but runs nothing"),
    gap("AWS::ECS::TaskDefinition", "", Used, "a task is said to run, but runs nothing without Docker"),
    gap(
        "AWS::Athena::WorkGroup",
        "WorkGroupConfiguration.BytesScannedCutoffPerQuery",
        Set,
        "a query may read as much as it likes",
    ),
];
