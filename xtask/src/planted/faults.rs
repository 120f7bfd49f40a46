//! The kinds of faults, each with the places where it can stand.

use serde_json::{Value, json};

use super::Fault;
use super::places::{alarms, at, exports, failures, function, gone, imports, of_streams, on_demand, set, there};

const FUNCTION: &str = "AWS::Lambda::Function";
const SIGNING: &str = "AWS::Lambda::CodeSigningConfig";
const BUCKET: &str = "AWS::S3::Bucket";

pub(super) static FAULTS: [Fault; 41] = [
    Fault {
        name: "no on-failure destination",
        rule: "stream-failure-destination",
        places: |t| of_streams(t, "/Properties/DestinationConfig"),
        plant: gone,
    },
    Fault {
        name: "no bisecting",
        rule: "stream-bisect",
        places: |t| of_streams(t, "/Properties/BisectBatchOnFunctionError"),
        plant: gone,
    },
    Fault {
        name: "retries without end",
        rule: "stream-retries",
        places: |t| of_streams(t, "/Properties/MaximumRetryAttempts"),
        plant: |t, p| set(t, p, json!(-1)),
    },
    Fault {
        name: "retries not said",
        rule: "stream-retries",
        places: |t| of_streams(t, "/Properties/MaximumRetryAttempts"),
        plant: gone,
    },
    Fault {
        name: "records of any age",
        rule: "stream-record-age",
        places: |t| of_streams(t, "/Properties/MaximumRecordAgeInSeconds"),
        plant: |t, p| set(t, p, json!(-1)),
    },
    Fault {
        name: "no partial response",
        rule: "stream-partial-response",
        places: |t| of_streams(t, "/Properties/FunctionResponseTypes"),
        plant: gone,
    },
    Fault {
        name: "no start",
        rule: "stream-start",
        places: |t| of_streams(t, "/Properties/StartingPosition"),
        plant: gone,
    },
    Fault {
        name: "retention shorter than retries",
        rule: "stream-retention",
        places: |t| of_streams(t, "/Properties/MaximumRecordAgeInSeconds"),
        plant: |t, p| set(t, p, json!(604_800)),
    },
    Fault {
        name: "more batches than concurrency",
        rule: "stream-concurrency",
        places: |t| {
            let readers = of_streams(t, "").into_iter().filter(|_| !on_demand(t));
            let place = |id| format!("/Resources/{id}/Properties/ReservedConcurrentExecutions");
            readers.filter_map(|place| function(t, &place)).map(place).collect()
        },
        plant: |t, p| set(t, p, json!(0)),
    },
    Fault {
        name: "buffering beyond limits",
        rule: "firehose-buffering",
        places: |t| {
            there(
                t,
                "AWS::KinesisFirehose::DeliveryStream",
                "/Properties/ExtendedS3DestinationConfiguration/BufferingHints/IntervalInSeconds",
            )
        },
        plant: |t, p| set(t, p, json!(901)),
    },
    Fault {
        name: "a function that takes unsigned code",
        rule: "function-signing",
        places: |t| there(t, FUNCTION, "/Properties/CodeSigningConfigArn"),
        plant: gone,
    },
    Fault {
        name: "a signature that is only wished for",
        rule: "function-signing",
        places: |t| there(t, SIGNING, "/Properties/CodeSigningPolicies/UntrustedArtifactOnDeployment"),
        plant: |t, p| set(t, p, json!("Warn")),
    },
    Fault {
        name: "too large a buffer",
        rule: "firehose-buffering",
        places: |t| {
            there(
                t,
                "AWS::KinesisFirehose::DeliveryStream",
                "/Properties/ExtendedS3DestinationConfiguration/BufferingHints/SizeInMBs",
            )
        },
        plant: |t, p| set(t, p, json!(129)),
    },
    Fault {
        name: "no error prefix",
        rule: "firehose-error-prefix",
        places: |t| {
            there(
                t,
                "AWS::KinesisFirehose::DeliveryStream",
                "/Properties/ExtendedS3DestinationConfiguration/ErrorOutputPrefix",
            )
        },
        plant: gone,
    },
    Fault {
        name: "prefix not closed",
        rule: "firehose-prefix",
        places: |t| {
            there(t, "AWS::KinesisFirehose::DeliveryStream", "/Properties/ExtendedS3DestinationConfiguration/Prefix")
        },
        plant: |t, p| set(t, p, json!("a/!{timestamp:yyyy/")),
    },
    Fault {
        name: "bucket policy gone",
        rule: "bucket-tls",
        places: |t| at(t, "AWS::S3::BucketPolicy", ""),
        plant: gone,
    },
    Fault {
        name: "public access not blocked",
        rule: "bucket-public",
        places: |t| there(t, BUCKET, "/Properties/PublicAccessBlockConfiguration"),
        plant: gone,
    },
    Fault {
        name: "public policy allowed",
        rule: "bucket-public",
        places: |t| there(t, BUCKET, "/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy"),
        plant: |t, p| set(t, p, json!(false)),
    },
    Fault {
        name: "public access lists allowed",
        rule: "bucket-public",
        places: |t| there(t, BUCKET, "/Properties/PublicAccessBlockConfiguration/BlockPublicAcls"),
        plant: |t, p| set(t, p, json!(false)),
    },
    Fault {
        name: "no versions",
        rule: "bucket-versioning",
        places: |t| there(t, BUCKET, "/Properties/VersioningConfiguration"),
        plant: gone,
    },
    Fault {
        name: "no lifecycle",
        rule: "bucket-lifecycle",
        places: |t| there(t, BUCKET, "/Properties/LifecycleConfiguration"),
        plant: gone,
    },
    Fault {
        name: "no deletion policy",
        rule: "data-policies",
        places: |t| there(t, BUCKET, "/DeletionPolicy"),
        plant: gone,
    },
    Fault {
        name: "no replacement policy",
        rule: "data-policies",
        places: |t| there(t, BUCKET, "/UpdateReplacePolicy"),
        plant: gone,
    },
    Fault {
        name: "stream without deletion policy",
        rule: "transit-policies",
        places: |t| there(t, "AWS::Kinesis::Stream", "/DeletionPolicy"),
        plant: gone,
    },
    Fault {
        name: "queue without replacement policy",
        rule: "transit-policies",
        places: |t| there(t, "AWS::SQS::Queue", "/UpdateReplacePolicy"),
        plant: gone,
    },
    Fault {
        name: "an import of nothing",
        rule: "import-unknown",
        places: imports,
        plant: |t, p| set(t, p, json!("millrace-nowhere:Nothing")),
    },
    Fault {
        name: "an export twice",
        rule: "export-twice",
        places: exports,
        plant: |t, p| t["Outputs"]["Planted"] = t.pointer(p).cloned().unwrap_or_default(),
    },
    Fault {
        name: "a name twice",
        rule: "name-twice",
        places: |t| at(t, FUNCTION, ""),
        plant: |t, p| t["Resources"]["Planted"] = t.pointer(p).cloned().unwrap_or_default(),
    },
    Fault {
        name: "a name too long",
        rule: "name-length",
        places: |t| there(t, FUNCTION, "/Properties/FunctionName"),
        plant: |t, p| set(t, p, json!("x".repeat(65))),
    },
    Fault { name: "no alarm on errors", rule: "failure-alarm", places: |t| alarms(t, "Errors"), plant: gone },
    Fault {
        name: "an alarm that tells nobody",
        rule: "failure-alarm",
        places: |t| alarms(t, "Errors").into_iter().map(|p| format!("{p}/Properties/AlarmActions")).collect(),
        plant: gone,
    },
    Fault {
        name: "an alarm that is switched off",
        rule: "failure-alarm",
        places: |t| alarms(t, "Errors").into_iter().map(|p| format!("{p}/Properties/ActionsEnabled")).collect(),
        plant: |t, p| set(t, p, json!(false)),
    },
    Fault {
        name: "an alarm on what is never counted",
        rule: "failure-alarm",
        places: failures,
        plant: |t, p| set(t, p, json!("NumberOfMessagesSent")),
    },
    Fault {
        name: "an alarm that another one does not take up",
        rule: "failure-alarm",
        places: |t| alarms(t, "Errors"),
        plant: |t, p| {
            set(t, &format!("{p}/Properties/AlarmActions"), Value::Null);
            let around =
                json!({"AlarmRule": "ALARM(other)", "AlarmActions": ["arn:aws:sns:eu-west-1:111111111111:alerts"]});
            t["Resources"]["Planted"] = json!({"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": around});
        },
    },
    Fault {
        name: "environment too large",
        rule: "function-environment-size",
        places: |t| there(t, FUNCTION, "/Properties/Environment/Variables/RECORD_SCHEMA"),
        plant: |t, p| set(t, p, json!("x".repeat(4_100))),
    },
    Fault {
        name: "a reserved variable",
        rule: "function-reserved-name",
        places: |t| at(t, FUNCTION, "/Properties/Environment/Variables/AWS_REGION"),
        plant: |t, p| set(t, p, json!("eu-west-1")),
    },
    Fault {
        name: "a secret in clear",
        rule: "function-secret",
        places: |t| at(t, FUNCTION, "/Properties/Environment/Variables/DATABASE_PASSWORD"),
        plant: |t, p| set(t, p, json!("correct horse battery")),
    },
    Fault {
        name: "a hidden parameter within a text",
        rule: "function-secret",
        places: |t| at(t, FUNCTION, "/Properties/Environment/Variables/DATABASE"),
        plant: |t, p| {
            t["Parameters"]["Hidden"] = json!({"Type": "String", "NoEcho": true});
            set(t, p, json!({"Fn::Sub": "postgres://owner:${Hidden}@database/rides"}));
        },
    },
    Fault {
        name: "logs forever",
        rule: "log-retention",
        places: |t| there(t, "AWS::Logs::LogGroup", "/Properties/RetentionInDays"),
        plant: gone,
    },
    Fault {
        name: "too little memory",
        rule: "function-memory",
        places: |t| there(t, FUNCTION, "/Properties/MemorySize"),
        plant: |t, p| set(t, p, json!(64)),
    },
    Fault {
        name: "too long a time",
        rule: "function-timeout",
        places: |t| there(t, FUNCTION, "/Properties/Timeout"),
        plant: |t, p| set(t, p, json!(901)),
    },
];
