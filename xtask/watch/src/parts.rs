//! What there is to watch, taken from the stacks' templates: so it is what was deployed, whatever the stage has.

use serde_json::Value;
use std::collections::BTreeMap;

/// A pipeline's parts, by the tag that each of them carries. What all pipelines stand on is one too, by the name `shared`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pipeline {
    pub name: String,
    pub functions: Vec<Function>,
    pub queues: Vec<Queue>,
    /// Stack, logical id and name.
    pub streams: Vec<Named>,
    pub machines: Vec<Named>,
    /// Names of alarms.
    pub alarms: Vec<String>,
}

/// A function, or a task that does what a function does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// As the account knows it, and without project and stage.
    pub name: String,
    pub short: String,
    pub reads_stream: bool,
    pub is_task: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub stack: String,
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    pub at: Named,
    /// Whether it is read, or holds what failed.
    pub is_read: bool,
}

/// What logs there are: the name that people use, what it is, and the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logs {
    pub short: String,
    pub kind: Kind,
    /// The group; of a machine, its stack and logical id.
    pub at: String,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Function,
    Task,
    Job,
    Machine,
}

const FUNCTION: &str = "AWS::Lambda::Function";
const TASK: &str = "AWS::ECS::TaskDefinition";

/// Names and templates of a stage's stacks, in the order of their deployment; `prefix` is what its names begin with.
pub fn pipelines(stacks: &[(String, Value)], prefix: &str) -> Vec<Pipeline> {
    let mut order: Vec<String> = Vec::new();
    let mut all: BTreeMap<String, Pipeline> = BTreeMap::new();
    for (stack, template) in stacks {
        for (id, resource) in template["Resources"].as_object().into_iter().flatten() {
            let Some(pipeline) = pipeline(resource) else { continue };
            let found = all.entry(pipeline.clone()).or_insert_with(|| {
                order.push(pipeline.clone());
                Pipeline { name: pipeline.clone(), ..Pipeline::default() }
            });
            found.add((stack, id), resource, template, prefix);
        }
    }
    order.iter().filter_map(|name| all.remove(name)).collect()
}

impl Pipeline {
    fn add(&mut self, (stack, id): (&str, &str), resource: &Value, template: &Value, prefix: &str) {
        let properties = &resource["Properties"];
        let text = |key: &str| properties[key].as_str().unwrap_or_default().to_owned();
        let named = |key: &str| Named { stack: stack.to_owned(), id: id.to_owned(), name: text(key) };
        let function = |name: String, is_task: bool| Function {
            short: short(&name, prefix),
            reads_stream: !is_task && reads_stream(template, id),
            is_task,
            name,
        };
        match resource["Type"].as_str().unwrap_or_default() {
            FUNCTION => self.functions.push(function(text("FunctionName"), false)),
            TASK => self.functions.push(function(text("Family"), true)),
            "AWS::SQS::Queue" => {
                self.queues.push(Queue { at: named("QueueName"), is_read: properties["RedrivePolicy"].is_object() });
            }
            "AWS::Kinesis::Stream" => self.streams.push(named("Name")),
            "AWS::StepFunctions::StateMachine" => self.machines.push(named("StateMachineName")),
            "AWS::CloudWatch::Alarm" => self.alarms.push(text("AlarmName")),
            _ => {}
        }
    }
}

/// All that logs, for `logs`.
pub fn logs(stacks: &[(String, Value)], prefix: &str) -> Vec<Logs> {
    let mut all = Vec::new();
    for (stack, template) in stacks {
        for (id, resource) in template["Resources"].as_object().into_iter().flatten() {
            let text = |key: &str| resource["Properties"][key].as_str().unwrap_or_default().to_owned();
            let mut put = |name: String, kind, at| all.push(Logs { short: short(&name, prefix), kind, at, name });
            match resource["Type"].as_str().unwrap_or_default() {
                FUNCTION => put(text("FunctionName"), Kind::Function, format!("/aws/lambda/{}", text("FunctionName"))),
                TASK => put(text("Family"), Kind::Task, format!("/ecs/{}", text("Family"))),
                // Its name ends with what its script is, which only the account knows.
                "AWS::Glue::Job" => {
                    let name = resource["Properties"]["Name"]["Fn::Sub"][0].as_str().unwrap_or_default();
                    put(name.trim_end_matches("-${Script}").to_owned(), Kind::Job, format!("{stack}/{id}"));
                }
                "AWS::StepFunctions::StateMachine" => {
                    put(text("StateMachineName"), Kind::Machine, format!("{stack}/{id}"));
                }
                _ => {}
            }
        }
    }
    all
}

/// Without what every name of the stage begins with.
fn short(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_owned()
}

fn pipeline(resource: &Value) -> Option<String> {
    let tags = resource["Properties"]["Tags"].as_array()?;
    let tag = tags.iter().find(|tag| tag["Key"] == "pipeline")?;
    tag["Value"].as_str().map(str::to_owned)
}

fn reads_stream(template: &Value, function: &str) -> bool {
    let resources = template["Resources"].as_object().into_iter().flatten();
    resources.map(|(_, resource)| resource).any(|resource| {
        let properties = &resource["Properties"];
        resource["Type"] == "AWS::Lambda::EventSourceMapping"
            && called(template, &properties["FunctionName"]) == Some(function)
            && !properties["StartingPosition"].is_null()
    })
}

/// The function that a mapping names, or an alias of which it names.
fn called<'a>(template: &'a Value, name: &'a Value) -> Option<&'a str> {
    let id = name["Ref"].as_str()?;
    let named = &template["Resources"][id];
    if named["Type"] == "AWS::Lambda::Alias" {
        called(template, &named["Properties"]["FunctionName"])
    } else {
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_are_found_by_their_tag() {
        let tags = json!([{ "Key": "pipeline", "Value": "taxi" }]);
        let template = json!({ "Resources": {
            "F": { "Type": FUNCTION, "Properties": { "FunctionName": "m-dev-store", "Tags": tags } },
            "L": { "Type": "AWS::Lambda::Alias", "Properties": { "FunctionName": { "Ref": "F" }, "Name": "live" } },
            "M": { "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": { "FunctionName": { "Ref": "L" }, "StartingPosition": "LATEST", "Tags": tags } },
            "Q": { "Type": "AWS::SQS::Queue", "Properties": { "QueueName": "m-dev-failures", "Tags": tags } },
            "A": { "Type": "AWS::CloudWatch::Alarm", "Properties": { "AlarmName": "m-dev-late", "Tags": tags } },
            "Other": { "Type": FUNCTION, "Properties": { "FunctionName": "untagged" } },
        }});
        let stacks = [("m-dev-stream".to_owned(), template)];
        let [taxi] = &pipelines(&stacks, "m-dev-")[..] else { panic!("one pipeline") };
        assert_eq!((taxi.functions[0].short.as_str(), taxi.functions[0].reads_stream), ("store", true));
        assert_eq!((taxi.queues[0].at.name.as_str(), taxi.queues[0].is_read), ("m-dev-failures", false));
        assert_eq!(taxi.alarms, ["m-dev-late"]);
        assert_eq!(logs(&stacks, "m-dev-")[0].at, "/aws/lambda/m-dev-store");
    }
}
