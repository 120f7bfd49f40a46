//! What a template refers to: other stacks' exports, and within itself.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

use super::Template;

impl Template {
    /// The exports by name, with the key of the output that each belongs to.
    pub fn exports(&self) -> BTreeMap<&str, &str> {
        self.section("Outputs")
            .iter()
            .filter_map(|(key, output)| Some((output.get("Export")?.get("Name")?.as_str()?, key.as_str())))
            .collect()
    }

    /// The names of the exports that it imports.
    pub fn imports(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        imports(self.value(), &mut names);
        names
    }

    /// One output as it is written; null where there is none of this key.
    pub fn output(&self, key: &str) -> &Value {
        &self.value()["Outputs"][key]
    }

    /// This template with an output of another one, and with all that the output needs and this template lacks.
    #[must_use]
    pub fn keeping(&self, output: &str, from: &Self) -> Self {
        self.with(|value| {
            let mut needed = BTreeSet::new();
            references(from.output(output), &mut needed);
            value["Outputs"][output] = from.output(output).clone();
            while let Some(id) = needed.pop_first() {
                for section in ["Resources", "Parameters", "Conditions", "Mappings"] {
                    let Some(part) = from.value().get(section).and_then(|parts| parts.get(&id)) else { continue };
                    if value.get(section).and_then(|parts| parts.get(&id)).is_none() {
                        value[section][&id] = part.clone();
                        references(part, &mut needed);
                    }
                }
            }
        })
    }
}

fn imports<'a>(value: &'a Value, into: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => {
            into.extend(map.get("Fn::ImportValue").and_then(Value::as_str));
            map.values().for_each(|value| imports(value, into));
        }
        Value::Array(list) => list.iter().for_each(|value| imports(value, into)),
        _ => {}
    }
}

/// Whether a value refers to a resource or parameter.
pub(crate) fn refers_to(value: &Value, id: &str) -> bool {
    let mut ids = BTreeSet::new();
    references(value, &mut ids);
    ids.contains(id)
}

/// The ids of everything that a value refers to.
fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("Ref" | "Condition" | "DependsOn", Value::String(id)) => drop(into.insert(id.clone())),
                    ("Fn::GetAtt", Value::String(path)) => {
                        into.extend(path.split('.').next().map(str::to_owned));
                    }
                    ("Fn::GetAtt" | "Fn::If" | "Fn::FindInMap", Value::Array(parts)) => {
                        into.extend(parts.first().and_then(Value::as_str).map(str::to_owned));
                    }
                    ("DependsOn", Value::Array(ids)) => {
                        into.extend(ids.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    ("Fn::Sub", Value::String(text)) => substituted(text, into),
                    ("Fn::Sub", Value::Array(parts)) => {
                        parts.first().and_then(Value::as_str).into_iter().for_each(|text| substituted(text, into));
                    }
                    _ => {}
                }
                references(value, into);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, into)),
        _ => {}
    }
}

/// From `${Id}` and `${Id.Attribute}`; `${!Literal}` is none.
fn substituted(text: &str, into: &mut BTreeSet<String>) {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    into.extend(
        names.filter(|name| !name.starts_with('!')).filter_map(|name| name.split('.').next()).map(str::to_owned),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "
Parameters: {P: {Type: String}}
Resources:
  Role: {Type: 'AWS::IAM::Role', Properties: {X: {Ref: P}}}
  Topic: {Type: 'AWS::SNS::Topic', DependsOn: [Role], Properties: {Y: {'Fn::Sub': 'a-${Queue.Arn}-${!not}'}}}
  Queue: {Type: 'AWS::SQS::Queue'}
  Other: {Type: 'AWS::SQS::Queue'}
Outputs:
  T: {Value: {'Fn::GetAtt': [Topic, Arn]}, Export: {Name: 'x:T'}}
  Q: {Value: {'Fn::ImportValue': 'y:Q'}}
";

    #[test]
    fn exports_and_imports_are_by_name() {
        let template = Template::parse(OLD).unwrap();
        assert_eq!(template.exports(), BTreeMap::from([("x:T", "T")]));
        assert_eq!(template.imports(), BTreeSet::from(["y:Q"]));
    }

    #[test]
    fn a_kept_output_brings_all_that_it_needs_and_nothing_else() {
        let old = Template::parse(OLD).unwrap();
        let new = Template::parse("Resources: {Queue: {Type: 'AWS::SQS::Queue', Properties: {A: 1}}}").unwrap();
        let kept = new.keeping("T", &old);
        let ids: Vec<_> = kept.resources().map(|(id, ..)| id).collect();
        assert_eq!(ids, ["Queue", "Topic", "Role"]);
        assert_eq!(kept.resource("Queue")["Properties"]["A"], 1);
        assert!(kept.value()["Parameters"].get("P").is_some());
        assert_eq!(kept.exports(), BTreeMap::from([("x:T", "T")]));
    }
}
