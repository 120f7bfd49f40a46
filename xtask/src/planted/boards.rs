//! Faults of dashboards, whose bodies are texts.

use serde_json::{Value, json};

use super::Fault;
use super::places::{set, there};

fn bodies(template: &Value) -> Vec<String> {
    there(template, "AWS::CloudWatch::Dashboard", "/Properties/DashboardBody/Fn::Sub")
}

/// Bodies in which this stands.
fn with(template: &Value, text: &str) -> Vec<String> {
    let has = |place: &String| template.pointer(place).and_then(Value::as_str).is_some_and(|body| body.contains(text));
    bodies(template).into_iter().filter(has).collect()
}

fn replace(template: &mut Value, place: &str, text: &str, by: &str) {
    let body = template.pointer(place).and_then(Value::as_str).unwrap_or_default().replacen(text, by, 1);
    set(template, place, json!(body));
}

pub(super) static BOARDS: [Fault; 6] = [
    Fault {
        name: "a dashboard that is no JSON",
        rule: "dashboard-body",
        places: bodies,
        plant: |t, p| replace(t, p, "{", "{,"),
    },
    Fault {
        name: "a dashboard of an unknown function",
        rule: "dashboard-body",
        places: |t| with(t, "\"FunctionName\",\""),
        plant: |t, p| replace(t, p, "\"FunctionName\",\"", "\"FunctionName\",\"un"),
    },
    Fault {
        name: "a dashboard of an unknown queue",
        rule: "dashboard-body",
        places: |t| with(t, "\"QueueName\",\""),
        plant: |t, p| replace(t, p, "\"QueueName\",\"", "\"QueueName\",\"un"),
    },
    Fault {
        name: "a dashboard of an unknown alarm",
        rule: "dashboard-body",
        places: |t| with(t, ":alarm:"),
        plant: |t, p| replace(t, p, ":alarm:", ":alarm:un"),
    },
    Fault {
        name: "widgets on each other",
        rule: "dashboard-body",
        places: bodies,
        plant: |t, p| replace(t, p, "\"x\":12,", "\"x\":11,"),
    },
    Fault {
        name: "a widget out of the grid",
        rule: "dashboard-body",
        places: bodies,
        plant: |t, p| replace(t, p, "\"width\":12,", "\"width\":25,"),
    },
];
