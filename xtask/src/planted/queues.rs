//! Faults of queues and of what leads to them: notifications, rules, the functions that read.

use serde_json::{Value, json};

use super::Fault;
use super::places::{at, below, function, gone, is_allow, of_queues, of_streams, senders, set, there, with};

const QUEUE: &str = "AWS::SQS::Queue";
const BUCKET: &str = "AWS::S3::Bucket";

/// The function of each mapping of a queue.
fn readers(template: &Value, path: &str) -> Vec<String> {
    let reader = |place: String| Some(format!("/Resources/{}{path}", function(template, &place)?));
    of_queues(template, "").into_iter().filter_map(reader).collect()
}

/// Queues that others give up to.
fn dead_letters(template: &Value, path: &str) -> Vec<String> {
    let queues = there(template, QUEUE, "/Properties/RedrivePolicy/deadLetterTargetArn/Fn::GetAtt/0");
    let ids = queues.into_iter().filter_map(|place| Some(template.pointer(&place)?.as_str()?.to_owned()));
    ids.map(|id| format!("/Resources/{id}{path}")).collect()
}

/// Takes an action out of all statements that have it.
fn without(template: &mut Value, place: &str, actions: &[&str]) {
    if let Some(Value::Array(list)) = template.pointer_mut(place) {
        list.retain(|action| !actions.iter().any(|gone| action == gone));
    }
}

pub(super) const QUEUES: [Fault; 18] = [
    Fault {
        name: "hidden for too short a time",
        rule: "queue-visibility",
        places: |t| there(t, QUEUE, "/Properties/VisibilityTimeout"),
        plant: |t, p| set(t, p, json!(60)),
    },
    Fault {
        name: "no queue of dead letters",
        rule: "queue-dead-letter",
        places: |t| there(t, QUEUE, "/Properties/RedrivePolicy"),
        plant: gone,
    },
    Fault {
        name: "dead letters kept shortly",
        rule: "queue-dead-letter-retention",
        places: |t| dead_letters(t, "/Properties/MessageRetentionPeriod"),
        plant: |t, p| set(t, p, json!(3600)),
    },
    Fault {
        name: "given up after one try",
        rule: "queue-receive-count",
        places: |t| there(t, QUEUE, "/Properties/RedrivePolicy/maxReceiveCount"),
        plant: |t, p| set(t, p, json!(1)),
    },
    Fault {
        name: "a large batch without a window",
        rule: "queue-batch-window",
        places: |t| of_queues(t, "/Properties"),
        plant: |t, p| {
            set(t, &format!("{p}/BatchSize"), json!(100));
            gone(t, &format!("{p}/MaximumBatchingWindowInSeconds"));
        },
    },
    Fault {
        name: "a batch fails as a whole",
        rule: "queue-partial-response",
        places: |t| of_queues(t, "/Properties/FunctionResponseTypes"),
        plant: gone,
    },
    Fault {
        name: "less concurrency than asked for",
        rule: "queue-concurrency",
        places: |t| readers(t, "/Properties/ReservedConcurrentExecutions"),
        plant: |t, p| set(t, p, json!(1)),
    },
    Fault {
        name: "a second consumer",
        rule: "queue-one-consumer",
        places: |t| of_queues(t, ""),
        plant: |t, p| {
            let again = t.pointer(p).cloned().unwrap_or_default();
            set(t, "/Resources/Again", again);
        },
    },
    Fault {
        name: "a mapping past the alias",
        rule: "mapping-alias",
        places: |t| [of_queues(t, ""), of_streams(t, "")].concat(),
        plant: |t, p| {
            let function = json!({ "Ref": function(t, p) });
            set(t, &format!("{p}/Properties/FunctionName"), function);
        },
    },
    Fault {
        name: "a role that may not read",
        rule: "mapping-permission",
        places: |t| {
            below(t, "AWS::IAM::Role", |v| v.as_array().is_some_and(|all| all.contains(&json!("sqs:ReceiveMessage"))))
        },
        plant: |t, p| without(t, p, &["sqs:ReceiveMessage"]),
    },
    Fault {
        name: "a bucket of whatever account",
        rule: "notification-source",
        places: |t| senders(t, "s3.amazonaws.com"),
        plant: |t, p| gone(t, &format!("{p}/Condition/StringEquals")),
    },
    Fault {
        name: "whatever bucket",
        rule: "notification-source",
        places: |t| senders(t, "s3.amazonaws.com"),
        plant: |t, p| gone(t, &format!("{p}/Condition/ArnEquals")),
    },
    Fault {
        name: "a bucket that may not tell",
        rule: "notification-permission",
        places: |t| senders(t, "s3.amazonaws.com"),
        plant: |t, p| set(t, &format!("{p}/Effect"), json!("Deny")),
    },
    Fault {
        name: "a bucket before its permission",
        rule: "notification-order",
        places: |t| there(t, BUCKET, "/DependsOn"),
        plant: gone,
    },
    Fault {
        name: "told twice",
        rule: "notification-overlap",
        places: |t| there(t, BUCKET, "/Properties/NotificationConfiguration/QueueConfigurations"),
        plant: |t, p| {
            if let Some(Value::Array(list)) = t.pointer_mut(p) {
                list.extend(list.first().cloned());
            }
        },
    },
    Fault {
        name: "written where it listens",
        rule: "event-loop",
        places: |t| {
            let roles: Vec<_> = readers(t, "Role/").into_iter().collect();
            let reads = |v: &Value| {
                is_allow(v) && v["Action"].as_array().is_some_and(|all| all.contains(&json!("s3:GetObject")))
            };
            let all = below(t, "AWS::IAM::Role", reads);
            all.into_iter().filter(|place| roles.iter().any(|role| place.starts_with(role))).collect()
        },
        plant: |t, p| {
            let statement = t.pointer(p).cloned().unwrap_or_default();
            set(t, p, with(&statement, "Action", json!(["s3:GetObject", "s3:PutObject"])));
        },
    },
    Fault {
        name: "a pattern that matches nothing",
        rule: "event-pattern",
        places: |t| there(t, "AWS::Events::Rule", "/Properties/EventPattern/source"),
        plant: |t, p| set(t, p, json!("aws.s3")),
    },
    Fault {
        name: "a rule that may not send",
        rule: "event-target-permission",
        places: |t| senders(t, "events.amazonaws.com"),
        plant: |t, p| set(t, &format!("{p}/Effect"), json!("Deny")),
    },
];

/// A network in which something is missing, and data that is not kept.
pub(super) const BESIDE: [Fault; 3] = [
    Fault {
        name: "a service out of reach",
        rule: "function-network",
        places: |t| at(t, "AWS::EC2::VPCEndpoint", ""),
        plant: gone,
    },
    Fault {
        name: "a database without deletion policy",
        rule: "data-policies",
        places: |t| {
            [there(t, "AWS::RDS::DBInstance", "/DeletionPolicy"), there(t, "AWS::DynamoDB::Table", "/DeletionPolicy")]
                .concat()
        },
        plant: gone,
    },
    Fault {
        name: "a warehouse without replacement policy",
        rule: "data-policies",
        places: |t| {
            [
                there(t, "AWS::Redshift::Cluster", "/UpdateReplacePolicy"),
                there(t, "AWS::RedshiftServerless::Namespace", "/UpdateReplacePolicy"),
            ]
            .concat()
        },
        plant: gone,
    },
];
