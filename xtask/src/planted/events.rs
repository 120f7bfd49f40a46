//! Faults in what events and notifications lead to.

use serde_json::{Value, json};

use super::Fault;
use super::places::{at, senders, set, there};

const EVENT_RULE: &str = "AWS::Events::Rule";
const PERMISSION: &str = "AWS::Lambda::Permission";
const QUEUE: &str = "AWS::SQS::Queue";

/// What statements let a service do.
fn let_do(template: &Value, service: &str) -> Vec<String> {
    senders(template, service).into_iter().map(|place| place + "/Action").collect()
}

/// Lets only something else send.
fn for_another(template: &mut Value, place: &str, source: &str) {
    let condition = place.replace("/Action", "/Condition");
    set(template, &condition, json!({"ArnLike": {"aws:SourceArn": source}}));
}

pub(super) static EVENTS: [Fault; 7] = [
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
        places: |t| let_do(t, "events.amazonaws.com"),
        plant: |t, p| set(t, p, json!("sqs:GetQueueAttributes")),
    },
    Fault {
        name: "events for rules of another stack",
        rule: "event-target-permission",
        places: |t| let_do(t, "events.amazonaws.com"),
        plant: |t, p| for_another(t, p, "arn:aws:events:eu-west-1:111111111111:rule/other-*"),
    },
    Fault {
        name: "notifications that may not be sent",
        rule: "notification-permission",
        places: |t| let_do(t, "s3.amazonaws.com"),
        plant: |t, p| set(t, p, json!("sqs:GetQueueAttributes")),
    },
    Fault {
        name: "notifications of another bucket",
        rule: "notification-permission",
        places: |t| let_do(t, "s3.amazonaws.com"),
        plant: |t, p| for_another(t, p, "arn:aws:s3:::other"),
    },
    Fault {
        name: "an alarm that may not start its function",
        rule: "alarm-action-permission",
        places: |t| there(t, PERMISSION, "/Properties/Principal"),
        plant: |t, p| set(t, p, json!("cloudwatch.amazonaws.com")),
    },
    Fault {
        name: "a permission for another alarm",
        rule: "alarm-action-permission",
        places: |t| there(t, PERMISSION, "/Properties/SourceArn"),
        plant: |t, p| set(t, p, json!("arn:aws:cloudwatch:eu-west-1:111111111111:alarm:other")),
    },
];
