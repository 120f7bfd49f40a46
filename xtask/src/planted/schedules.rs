//! Faults of what a schedule begins: the schedule, its role, what becomes of failures, and the function's image.

use serde_json::{Value, json};

use super::Fault;
use super::places::{at, below, is_allow, set, there};

const SCHEDULE: &str = "AWS::Scheduler::Schedule";

/// Actions of roles whose id ends so, that begin with these letters.
fn actions(template: &Value, role: &str, begin: &str) -> Vec<String> {
    let all = below(template, "AWS::IAM::Role", is_allow).into_iter();
    let fits = |place: &String| {
        let action = template.pointer(&format!("{place}/Action"));
        let first = action.and_then(|action| action.as_str().or_else(|| action.get(0)?.as_str()));
        let id = place.split('/').nth(2).unwrap_or_default();
        id.ends_with(role) && first.is_some_and(|first| first.starts_with(begin))
    };
    all.filter(fits).map(|place| place + "/Action").collect()
}

/// The type of what has a logical id.
fn kind<'a>(template: &'a Value, id: &Value) -> &'a str {
    template["Resources"][id.as_str().unwrap_or_default()]["Type"].as_str().unwrap_or_default()
}

/// Names a function in the place of its alias.
fn past_the_alias(template: &mut Value, place: &str) {
    let alias = template.pointer(place).and_then(Value::as_str).unwrap_or_default();
    let function = template["Resources"][alias]["Properties"]["FunctionName"]["Ref"].clone();
    let place = place.trim_end_matches("/Ref");
    set(template, place, json!({ "Fn::GetAtt": [function, "Arn"] }));
}

pub(super) static SCHEDULES: [Fault; 8] = [
    Fault {
        name: "a schedule that never fires",
        rule: "schedule-expression",
        places: |t| there(t, SCHEDULE, "/Properties/ScheduleExpression"),
        plant: |t, p| set(t, p, json!("cron(0 0 30 2 ? *)")),
    },
    Fault {
        name: "a schedule in no time zone",
        rule: "schedule-expression",
        places: |t| at(t, SCHEDULE, "/Properties/ScheduleExpressionTimezone"),
        plant: |t, p| set(t, p, json!("Europe/Berln")),
    },
    Fault {
        name: "a schedule past the alias",
        rule: "target-alias",
        places: |t| {
            let targets = there(t, SCHEDULE, "/Properties/Target/Arn/Ref").into_iter();
            let is_function = |place: &String| t.pointer(place).is_some_and(|id| kind(t, id) == "AWS::Lambda::Alias");
            targets.filter(is_function).collect()
        },
        plant: past_the_alias,
    },
    Fault {
        name: "an alarm past the alias",
        rule: "target-alias",
        places: |t| {
            let actions = there(t, "AWS::CloudWatch::Alarm", "/Properties/AlarmActions/0/Ref").into_iter();
            let is_function = |place: &String| t.pointer(place).is_some_and(|id| kind(t, id) == "AWS::Lambda::Alias");
            actions.filter(is_function).collect()
        },
        plant: past_the_alias,
    },
    Fault {
        name: "a schedule that may begin nothing",
        rule: "event-target-permission",
        places: |t| actions(t, "ScheduleRole", "lambda:"),
        plant: |t, p| set(t, p, json!("lambda:GetFunction")),
    },
    Fault {
        name: "a schedule that may not keep what fails",
        rule: "event-dead-letter",
        places: |t| actions(t, "ScheduleRole", "sqs:"),
        plant: |t, p| set(t, p, json!("sqs:GetQueueUrl")),
    },
    Fault {
        name: "a destination that nothing may be sent to",
        rule: "function-destination",
        places: |t| {
            let of_configs = there(t, "AWS::Lambda::EventInvokeConfig", "/Properties/DestinationConfig");
            if of_configs.is_empty() { Vec::new() } else { actions(t, "EtlRole", "sqs:SendMessage") }
        },
        plant: |t, p| set(t, p, json!(["sqs:GetQueueUrl"])),
    },
    Fault {
        name: "an image by its tag",
        rule: "task-image-digest",
        places: |t| there(t, "AWS::Lambda::Function", "/Properties/Code/ImageUri"),
        plant: |t, p| set(t, p, json!("111111111111.dkr.ecr.eu-west-1.amazonaws.com/orders-etl:latest")),
    },
];
