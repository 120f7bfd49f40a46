//! Faults of state machines, of their roles, and of the tasks that they run.

use serde_json::{Value, json};

use super::Fault;
use super::places::{at, is_allow, set, there, walk};

const MACHINE: &str = "AWS::StepFunctions::StateMachine";
const TASK: &str = "AWS::ECS::TaskDefinition";

/// Pointers into definitions, behind a `#`: to every state of a kind.
fn states(template: &Value, wanted: fn(&Value) -> bool, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for place in there(template, MACHINE, "/Properties/DefinitionString") {
        let definition = definition(template, &place);
        let all = definition["States"].as_object().into_iter().flatten();
        found.extend(all.filter(|(_, state)| wanted(state)).map(|(name, _)| format!("{place}#/States/{name}{path}")));
    }
    found
}

fn definition(template: &Value, place: &str) -> Value {
    let text = template.pointer(place).and_then(Value::as_str).unwrap_or_default();
    serde_json::from_str(text).unwrap()
}

/// Puts a value into a definition; null takes it away.
fn put(template: &mut Value, place: &str, value: Value) {
    let (place, inner) = place.split_once('#').unwrap();
    let mut changed = definition(template, place);
    set(&mut changed, inner, value);
    set(template, place, changed.to_string().into());
}

fn is_task(state: &Value) -> bool {
    state["Type"] == "Task"
}

fn is_work(state: &Value) -> bool {
    is_task(state) && state["Resource"] != "arn:aws:states:::sns:publish"
}

fn is_call(state: &Value) -> bool {
    state["Resource"] == "arn:aws:states:::lambda:invoke"
}

/// Statements of a machine's role that let it do this.
fn allowing(template: &Value, action: &str) -> Vec<String> {
    let roles = there(template, MACHINE, "/Properties/RoleArn/Fn::GetAtt/0");
    let mut found = Vec::new();
    for role in roles.iter().filter_map(|place| template.pointer(place)?.as_str()) {
        let place = format!("/Resources/{role}");
        if let Some(role) = template.pointer(&place) {
            walk(role, &place, is_allow, &mut found);
        }
    }
    let is_it = |place: &String| {
        let actions = template.pointer(&format!("{place}/Action")).and_then(Value::as_array);
        actions.is_some_and(|actions| actions.iter().any(|one| one == action))
    };
    found.into_iter().filter(is_it).map(|place| place + "/Action").collect()
}

pub(super) static MACHINES: [Fault; 14] = [
    Fault {
        name: "a step that may hang for a year",
        rule: "machine-timeout",
        places: |t| states(t, is_task, "/TimeoutSeconds"),
        plant: |t, p| put(t, p, Value::Null),
    },
    Fault {
        name: "a step that is tried once",
        rule: "machine-retry",
        places: |t| states(t, is_task, "/Retry"),
        plant: |t, p| put(t, p, Value::Null),
    },
    Fault {
        name: "a step whose failure nobody catches",
        rule: "machine-catch",
        places: |t| states(t, is_work, "/Catch"),
        plant: |t, p| put(t, p, Value::Null),
    },
    Fault {
        name: "a failure that ends in silence",
        rule: "machine-catch",
        places: |t| states(t, is_work, "/Catch/0/Next"),
        plant: |t, p| put(t, p, json!("Failed")),
    },
    Fault {
        name: "a step to nowhere",
        rule: "machine-states",
        places: |t| states(t, |state| state.get("Next").is_some(), "/Next"),
        plant: |t, p| put(t, p, json!("Nowhere")),
    },
    Fault {
        name: "a choice of nowhere",
        rule: "machine-states",
        places: |t| states(t, |state| state["Type"] == "Choice", "/Default"),
        plant: |t, p| put(t, p, json!("Nowhere")),
    },
    Fault {
        name: "a path without its dollar",
        rule: "machine-paths",
        places: |t| states(t, |state| state["Parameters"].get("batch").is_some(), "/Parameters/batch/run.$"),
        plant: |t, p| put(t, p, json!("Execution.Name")),
    },
    Fault {
        name: "a field that nobody leaves there",
        rule: "machine-fields",
        places: |t| {
            states(
                t,
                |state| is_call(state) && state["Parameters"]["Payload"].is_object(),
                "/Parameters/Payload/batch.$",
            )
        },
        plant: |t, p| put(t, p, json!("$.pull.batches")),
    },
    Fault {
        name: "a function in whatever version there is",
        rule: "machine-version",
        places: |t| {
            let named = at(t, MACHINE, "/Properties/DefinitionSubstitutions").into_iter();
            named
                .flat_map(|place| {
                    let all = t.pointer(&place).and_then(Value::as_object).cloned().unwrap_or_default();
                    let versions = all.into_iter().filter(|(name, _)| name.ends_with("Version"));
                    versions.map(move |(name, _)| format!("{place}/{name}"))
                })
                .collect()
        },
        plant: |t, p| {
            let version = p.rsplit('/').next().unwrap_or_default().trim_end_matches("Version").to_owned();
            set(t, p, json!({ "Fn::GetAtt": [version, "Arn"] }));
        },
    },
    Fault {
        name: "a machine that may not call its function",
        rule: "machine-role",
        places: |t| allowing(t, "lambda:InvokeFunction"),
        plant: |t, p| set(t, p, json!(["lambda:GetFunction"])),
    },
    Fault {
        name: "a machine that may not hand its task a role",
        rule: "machine-role",
        places: |t| allowing(t, "iam:PassRole"),
        plant: |t, p| set(t, p, json!(["iam:GetRole"])),
    },
    Fault {
        name: "a machine that cannot see the end of its task",
        rule: "machine-role",
        places: |t| allowing(t, "events:PutTargets"),
        plant: |t, p| set(t, p, json!(["events:DescribeRule"])),
    },
    Fault {
        name: "a task of no size that there is",
        rule: "task-size",
        places: |t| there(t, TASK, "/Properties/Memory"),
        plant: |t, p| set(t, p, json!("700")),
    },
    Fault {
        name: "a task's image by its tag",
        rule: "task-image-digest",
        places: |t| there(t, TASK, "/Properties/ContainerDefinitions/0/Image"),
        plant: |t, p| set(t, p, json!("111111111111.dkr.ecr.eu-west-1.amazonaws.com/pull-rates:latest")),
    },
];
