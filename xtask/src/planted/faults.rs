//! The kinds of faults, each with the places where it can stand.

#![expect(clippy::semicolon_if_nothing_returned, reason = "a table of what is done, not of steps")]

use serde_json::{Value, json};

use super::Fault;
use super::places::{alarms, at, below, change, exports, gone, imports, is_allow, on_demand, set, there, with};

const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
const FUNCTION: &str = "AWS::Lambda::Function";
const BUCKET: &str = "AWS::S3::Bucket";

/// Mappings of streams, which say where they start.
fn streams(template: &Value, path: &str) -> Vec<String> {
    let starts = there(template, MAPPING, "/Properties/StartingPosition");
    starts.into_iter().map(|place| place.replace("/Properties/StartingPosition", path)).collect()
}

pub(super) const FAULTS: [Fault; 45] = [
    Fault {
        name: "no on-failure destination",
        rule: "stream-failure-destination",
        places: |t| there(t, MAPPING, "/Properties/DestinationConfig"),
        plant: gone,
    },
    Fault {
        name: "no bisecting",
        rule: "stream-bisect",
        places: |t| there(t, MAPPING, "/Properties/BisectBatchOnFunctionError"),
        plant: gone,
    },
    Fault {
        name: "retries without end",
        rule: "stream-retries",
        places: |t| streams(t, "/Properties/MaximumRetryAttempts"),
        plant: |t, p| set(t, p, json!(-1)),
    },
    Fault {
        name: "retries not said",
        rule: "stream-retries",
        places: |t| there(t, MAPPING, "/Properties/MaximumRetryAttempts"),
        plant: gone,
    },
    Fault {
        name: "records of any age",
        rule: "stream-record-age",
        places: |t| streams(t, "/Properties/MaximumRecordAgeInSeconds"),
        plant: |t, p| set(t, p, json!(-1)),
    },
    Fault {
        name: "no partial response",
        rule: "stream-partial-response",
        places: |t| streams(t, "/Properties/FunctionResponseTypes"),
        plant: gone,
    },
    Fault {
        name: "no start",
        rule: "stream-start",
        places: |t| there(t, MAPPING, "/Properties/StartingPosition"),
        plant: gone,
    },
    Fault {
        name: "retention shorter than retries",
        rule: "stream-retention",
        places: |t| streams(t, "/Properties/MaximumRecordAgeInSeconds"),
        plant: |t, p| set(t, p, json!(604_800)),
    },
    Fault {
        name: "more batches than concurrency",
        rule: "stream-concurrency",
        places: |t| {
            let stream_only = !on_demand(t) && !there(t, MAPPING, "/Properties/StartingPosition").is_empty();
            at(t, FUNCTION, "/Properties/ReservedConcurrentExecutions").into_iter().filter(|_| stream_only).collect()
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
        name: "every action",
        rule: "policy-star-action",
        places: |t| below(t, "AWS::IAM::Role", is_allow),
        plant: |t, p| change(t, p, |s| with(s, "Action", json!("*"))),
    },
    Fault {
        name: "every action of a service",
        rule: "policy-star-action",
        places: |t| below(t, "AWS::IAM::Role", is_allow),
        plant: |t, p| change(t, p, |s| with(s, "Action", json!(["s3:*"]))),
    },
    Fault {
        name: "everything but",
        rule: "policy-star-action",
        places: |t| below(t, "AWS::IAM::Role", is_allow),
        plant: |t, p| change(t, p, |s| with(&with(s, "Action", Value::Null), "NotAction", json!("iam:*"))),
    },
    Fault {
        name: "every resource",
        rule: "policy-star-resource",
        places: |t| below(t, "AWS::IAM::Role", is_allow),
        plant: |t, p| {
            change(t, p, |s| {
                with(
                    &with(&with(s, "Resource", json!("*")), "Action", json!("sqs:SendMessage")),
                    "Condition",
                    Value::Null,
                )
            })
        },
    },
    Fault {
        name: "action of another service",
        rule: "policy-action-fits",
        places: |t| below(t, "AWS::IAM::Role", is_allow),
        plant: |t, p| {
            change(t, p, |s| {
                with(&with(s, "Action", json!("sqs:SendMessage")), "Resource", json!("arn:aws:s3:::lake/*"))
            })
        },
    },
    Fault {
        name: "objects asked of the bucket",
        rule: "policy-action-fits",
        places: |t| below(t, "AWS::IAM::Role", is_allow),
        plant: |t, p| {
            change(t, p, |s| with(&with(s, "Action", json!("s3:GetObject")), "Resource", json!("arn:aws:s3:::lake")))
        },
    },
    Fault {
        name: "roles passed to anybody",
        rule: "policy-pass-role",
        places: |t| below(t, "AWS::IAM::Role", is_allow),
        plant: |t, p| {
            change(t, p, |s| {
                with(&with(s, "Action", json!("iam:PassRole")), "Resource", json!("arn:aws:iam::1:role/x"))
            })
        },
    },
    Fault {
        name: "trust in everybody",
        rule: "role-trust",
        places: |t| there(t, "AWS::IAM::Role", "/Properties/AssumeRolePolicyDocument/Statement/0"),
        plant: |t, p| change(t, p, |s| with(&with(s, "Principal", json!({"AWS": "*"})), "Condition", Value::Null)),
    },
    Fault {
        name: "publishing for any account",
        rule: "policy-confused-deputy",
        places: |t| below(t, "AWS::SNS::TopicPolicy", |v| v["Effect"] == "Allow"),
        plant: |t, p| change(t, p, |s| with(s, "Condition", Value::Null)),
    },
    Fault {
        name: "a queue for everybody",
        rule: "policy-everybody",
        places: |t| below(t, "AWS::SQS::QueuePolicy", |v| v["Effect"] == "Deny"),
        plant: |t, p| change(t, p, |s| with(&with(s, "Effect", json!("Allow")), "Condition", Value::Null)),
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
