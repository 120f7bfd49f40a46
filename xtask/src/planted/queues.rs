//! Faults in queues, and in the events that come to them.

use serde_json::{Value, json};

use super::Fault;
use super::places::{at, below, gone, of_queues, set, there};

const EVENT_RULE: &str = "AWS::Events::Rule";
const QUEUE: &str = "AWS::SQS::Queue";

/// Queues with a queue behind them: those that a function reads.
fn read(template: &Value) -> Vec<String> {
    let redriven = there(template, QUEUE, "/Properties/RedrivePolicy");
    redriven.into_iter().map(|place| place.replace("/Properties/RedrivePolicy", "")).collect()
}

/// Statements that let a service send.
fn lets_in(template: &Value, service: &str) -> Vec<String> {
    let all = below(template, "AWS::SQS::QueuePolicy", |value| value["Effect"] == "Allow").into_iter();
    let is_for = |place: &String| template.pointer(place).is_some_and(|one| one["Principal"]["Service"] == service);
    all.filter(is_for).map(|place| place + "/Action").collect()
}

/// Lets only something else send.
fn for_another(template: &mut Value, place: &str, source: &str) {
    let condition = place.replace("/Action", "/Condition");
    set(template, &condition, json!({"ArnLike": {"aws:SourceArn": source}}));
}

pub(super) static QUEUES: [Fault; 10] = [
    Fault {
        name: "a dead-letter queue that nothing may send to",
        rule: "event-dead-letter",
        places: |t| at(t, EVENT_RULE, "/Properties/Targets/0/DeadLetterConfig"),
        plant: |t, p| {
            t["Resources"]["Planted"] = json!({"Type": QUEUE, "Properties": {}});
            set(t, p, json!({"Arn": {"Fn::GetAtt": ["Planted", "Arn"]}}));
        },
    },
    Fault {
        name: "events that may not be sent",
        rule: "event-target-permission",
        places: |t| lets_in(t, "events.amazonaws.com"),
        plant: |t, p| set(t, p, json!("sqs:GetQueueAttributes")),
    },
    Fault {
        name: "events for rules of another stack",
        rule: "event-target-permission",
        places: |t| lets_in(t, "events.amazonaws.com"),
        plant: |t, p| for_another(t, p, "arn:aws:events:eu-west-1:111111111111:rule/other-*"),
    },
    Fault {
        name: "notifications that may not be sent",
        rule: "notification-permission",
        places: |t| lets_in(t, "s3.amazonaws.com"),
        plant: |t, p| set(t, p, json!("sqs:GetQueueAttributes")),
    },
    Fault {
        name: "notifications of another bucket",
        rule: "notification-permission",
        places: |t| lets_in(t, "s3.amazonaws.com"),
        plant: |t, p| for_another(t, p, "arn:aws:s3:::other"),
    },
    Fault {
        name: "no partial response of a queue's function",
        rule: "queue-partial-response",
        places: |t| of_queues(t, "/Properties/FunctionResponseTypes"),
        plant: gone,
    },
    Fault {
        name: "a schedule in no time zone",
        rule: "schedule-expression",
        places: |t| at(t, EVENT_RULE, ""),
        plant: |t, _| {
            let schedule = json!({"ScheduleExpression": "rate(1 day)", "ScheduleExpressionTimezone": "Europe/Berln",
                "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": {"Arn": "arn:aws:sqs:eu-west-1:111111111111:jobs", "RoleArn": "arn:aws:iam::111111111111:role/r"}});
            t["Resources"]["Planted"] = json!({"Type": "AWS::Scheduler::Schedule", "Properties": schedule});
        },
    },
    Fault {
        name: "no dead-letter queue",
        rule: "queue-dead-letter",
        places: |t| there(t, QUEUE, "/Properties/RedrivePolicy"),
        plant: gone,
    },
    Fault {
        name: "given up after one try",
        rule: "queue-receive-count",
        places: |t| there(t, QUEUE, "/Properties/RedrivePolicy/maxReceiveCount"),
        plant: |t, p| set(t, p, json!(1)),
    },
    Fault {
        name: "visible again too soon",
        rule: "queue-visibility",
        places: |t| read(t).into_iter().map(|p| format!("{p}/Properties/VisibilityTimeout")).collect(),
        plant: |t, p| set(t, p, json!(1)),
    },
];
