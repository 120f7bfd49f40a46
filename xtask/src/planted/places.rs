//! Where faults can stand, and how they are put there.

use serde_json::Value;

const MAPPING: &str = "AWS::Lambda::EventSourceMapping";

/// Pointers to a path below each resource of a type.
pub(super) fn at(template: &Value, kind: &str, path: &str) -> Vec<String> {
    let resources = template["Resources"].as_object().into_iter().flatten();
    resources.filter(|(_, resource)| resource["Type"] == kind).map(|(id, _)| format!("/Resources/{id}{path}")).collect()
}

/// The same, where there is something already.
pub(super) fn there(template: &Value, kind: &str, path: &str) -> Vec<String> {
    at(template, kind, path).into_iter().filter(|place| template.pointer(place).is_some()).collect()
}

/// Pointers to a path below each mapping that reads a stream: only those say where they begin.
pub(super) fn of_streams(template: &Value, path: &str) -> Vec<String> {
    let all = there(template, MAPPING, "/Properties/StartingPosition").into_iter();
    all.map(|place| place.replace("/Properties/StartingPosition", path)).collect()
}

/// The same of mappings that read a queue.
pub(super) fn of_queues(template: &Value, path: &str) -> Vec<String> {
    let streams = of_streams(template, "");
    let all = at(template, MAPPING, "").into_iter();
    all.filter(|place| !streams.contains(place)).map(|place| place + path).collect()
}

/// The function whose alias something names, such as a mapping.
pub(super) fn function(template: &Value, place: &str) -> Option<String> {
    let alias = template.pointer(&format!("{place}/Properties/FunctionName/Ref"))?.as_str()?;
    let function = template.pointer(&format!("/Resources/{alias}/Properties/FunctionName/Ref"))?;
    function.as_str().map(str::to_owned)
}

/// Pointers to all values below a resource of a type that this is true of.
pub(super) fn below(template: &Value, kind: &str, wanted: fn(&Value) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for place in at(template, kind, "") {
        if let Some(value) = template.pointer(&place) {
            walk(value, &place, wanted, &mut found);
        }
    }
    found
}

/// Statements of queues' policies that let a service send.
pub(super) fn senders(template: &Value, service: &str) -> Vec<String> {
    let all = below(template, "AWS::SQS::QueuePolicy", |value| value["Effect"] == "Allow");
    let of_service = |place: &String| template.pointer(place).is_some_and(|it| it["Principal"]["Service"] == service);
    all.into_iter().filter(of_service).collect()
}

pub(super) fn walk(value: &Value, place: &str, wanted: fn(&Value) -> bool, found: &mut Vec<String>) {
    if wanted(value) {
        found.push(place.to_owned());
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                walk(value, &format!("{place}/{key}"), wanted, found);
            }
        }
        Value::Array(list) => {
            for (number, value) in list.iter().enumerate() {
                walk(value, &format!("{place}/{number}"), wanted, found);
            }
        }
        _ => {}
    }
}

pub(super) fn is_allow(value: &Value) -> bool {
    value["Effect"] == "Allow" && value.get("Principal").is_none()
}

pub(super) fn gone(template: &mut Value, place: &str) {
    set(template, place, Value::Null);
}

pub(super) fn change(template: &mut Value, place: &str, change: fn(&Value) -> Value) {
    let changed = change(template.pointer(place).unwrap_or(&Value::Null));
    set(template, place, changed);
}

/// Puts a value where another one is, or none is yet; null takes it away.
pub(super) fn set(template: &mut Value, place: &str, value: Value) {
    let (parent, key) = place.rsplit_once('/').unwrap_or(("", place));
    let key = key.replace("~1", "/").replace("~0", "~");
    match template.pointer_mut(parent) {
        Some(Value::Object(map)) if value.is_null() => drop(map.shift_remove(&key)),
        Some(Value::Object(map)) => drop(map.insert(key, value)),
        Some(Value::Array(list)) => {
            let at: usize = key.parse().unwrap();
            list[at] = value;
        }
        _ => panic!("nothing is at {parent}"),
    }
}

/// A statement with one of its parts changed.
pub(super) fn with(statement: &Value, key: &str, part: Value) -> Value {
    let mut changed = statement.clone();
    match (part.is_null(), changed.as_object_mut()) {
        (true, Some(map)) => drop(map.shift_remove(key)),
        _ => changed[key] = part,
    }
    changed
}

pub(super) fn on_demand(template: &Value) -> bool {
    !below(template, "AWS::Kinesis::Stream", |value| value == "ON_DEMAND").is_empty()
}

pub(super) fn imports(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(template, "", |value| value.get("Fn::ImportValue").is_some(), &mut found);
    found.into_iter().map(|place| format!("{place}/Fn::ImportValue")).collect()
}

pub(super) fn exports(template: &Value) -> Vec<String> {
    let outputs = template["Outputs"].as_object().into_iter().flatten();
    outputs.map(|(key, _)| format!("/Outputs/{key}")).collect()
}

/// Alarms on a metric, but for those on a single version of a function, which are there for releases only.
pub(super) fn alarms(template: &Value, metric: &str) -> Vec<String> {
    let is_it = |alarm: &Value| {
        let properties = &alarm["Properties"];
        let mut dimensions = properties["Dimensions"].as_array().into_iter().flatten();
        properties["MetricName"] == metric && !dimensions.any(|dimension| dimension["Name"] == "ExecutedVersion")
    };
    let all = at(template, "AWS::CloudWatch::Alarm", "").into_iter();
    all.filter(|place| template.pointer(place).is_some_and(is_it)).collect()
}

/// The metrics of alarms on queues that hold what failed, which are the only alarms of those queues.
pub(super) fn failures(template: &Value) -> Vec<String> {
    let alarms = alarms(template, "ApproximateNumberOfMessagesVisible").into_iter();
    alarms.map(|place| format!("{place}/Properties/MetricName")).collect()
}
