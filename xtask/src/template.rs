//! A template as a value: what is in it, and how it differs from another.

use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A parsed template.
#[derive(Debug, Clone, Default)]
pub(crate) struct Template(Value);

/// How one resource differs between what is deployed and what was rendered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) logical_id: String,
    pub(crate) kind: String,
    pub(crate) how: How,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum How {
    Create,
    /// The properties that changed, by path, old and new.
    Modify(Vec<PropertyChange>),
    Delete,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PropertyChange {
    pub(crate) path: String,
    pub(crate) old: Value,
    pub(crate) new: Value,
}

impl Template {
    /// `None` where the text is no mapping in YAML or JSON, or uses YAML's short tags, which we never write.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_saphyr::from_str(text).ok()?;
        value.is_object().then_some(Self(value))
    }

    pub(crate) fn value(&self) -> &Value {
        &self.0
    }

    /// The least that CloudFormation has to be allowed for this template.
    pub(crate) fn capabilities(&self) -> Vec<&'static str> {
        let named = ["RoleName", "PolicyName", "ManagedPolicyName", "UserName", "GroupName", "InstanceProfileName"];
        let mut capability = None;
        for resource in self.resources().into_iter().flat_map(Map::values) {
            if kind(resource).starts_with("AWS::IAM::") {
                let has_name = named.iter().any(|name| resource["Properties"].get(name).is_some());
                capability =
                    if has_name { Some("CAPABILITY_NAMED_IAM") } else { capability.or(Some("CAPABILITY_IAM")) };
            }
        }
        capability.into_iter().collect()
    }

    /// Whether a resource outlives its stack.
    pub(crate) fn keeps(&self, logical_id: &str) -> bool {
        let policy = |resource: &Value| resource["DeletionPolicy"].as_str().is_some_and(|p| p.starts_with("Retain"));
        self.resources().and_then(|resources| resources.get(logical_id)).is_some_and(policy)
    }

    fn resources(&self) -> Option<&Map<String, Value>> {
        self.0.get("Resources")?.as_object()
    }

    /// From `self`, which is deployed, to `new`. `changed` are the parameters that get another value.
    pub(crate) fn differences(&self, new: &Self, changed: &BTreeSet<String>) -> Vec<Difference> {
        let empty = Map::new();
        let (before, after) = (self.resources().unwrap_or(&empty), new.resources().unwrap_or(&empty));
        let of = |id: &str, resource: &Value, how| Difference {
            logical_id: id.to_owned(),
            kind: kind(resource).to_owned(),
            how,
        };
        let mut all = Vec::new();
        for (id, resource) in after {
            let Some(old) = before.get(id) else {
                all.push(of(id, resource, How::Create));
                continue;
            };
            let mut properties = Vec::new();
            compare(String::new(), old, resource, &mut properties);
            properties.extend(uses(String::new(), resource, changed));
            if !properties.is_empty() {
                all.push(of(id, resource, How::Modify(properties)));
            }
        }
        let gone = before.iter().filter(|(id, _)| !after.contains_key(*id));
        all.extend(gone.map(|(id, resource)| of(id, resource, How::Delete)));
        all
    }
}

fn kind(resource: &Value) -> &str {
    resource["Type"].as_str().unwrap_or_default()
}

/// Collects where two values differ, as deep as both are mappings.
fn compare(path: String, old: &Value, new: &Value, into: &mut Vec<PropertyChange>) {
    if old == new {
        return;
    }
    let (Value::Object(before), Value::Object(after)) = (old, new) else {
        into.push(PropertyChange { path, old: old.clone(), new: new.clone() });
        return;
    };
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let deeper = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let none = Value::Null;
        compare(deeper, before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none), into);
    }
}

/// Where a value refers to one of the parameters.
fn uses(path: String, value: &Value, parameters: &BTreeSet<String>) -> Vec<PropertyChange> {
    match value {
        Value::Object(map) => {
            let referred = map.get("Ref").and_then(Value::as_str).filter(|name| parameters.contains(*name));
            if let (1, Some(name)) = (map.len(), referred) {
                let (old, new) = (format!("the old {name}").into(), format!("the new {name}").into());
                return vec![PropertyChange { path, old, new }];
            }
            let deeper = |key: &String| if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            map.iter().flat_map(|(key, value)| uses(deeper(key), value, parameters)).collect()
        }
        Value::Array(list) => list.iter().flat_map(|value| uses(path.clone(), value, parameters)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(resources: &str) -> Template {
        Template::parse(&format!("Resources:\n{resources}")).unwrap()
    }

    #[test]
    fn differences_name_each_resource_and_property() {
        let old = template(
            "  Kept: {Type: T, Properties: {A: 1, B: {C: x, D: y}}}\n  Gone: {Type: T}\n  Same: {Type: T, Properties: {A: 1}}",
        );
        let new = template(
            "  Kept: {Type: T, Properties: {A: 2, B: {C: x, E: z}}}\n  New: {Type: U}\n  Same: {Type: T, Properties: {A: 1}}",
        );
        let found = old.differences(&new, &BTreeSet::new());
        let ids: Vec<_> = found.iter().map(|d| (d.logical_id.as_str(), d.kind.as_str())).collect();
        assert_eq!(ids, [("Kept", "T"), ("New", "U"), ("Gone", "T")]);
        let How::Modify(properties) = &found[0].how else { panic!("{found:?}") };
        let paths: Vec<_> = properties.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(paths, ["Properties.A", "Properties.B.D", "Properties.B.E"]);
    }

    #[test]
    fn a_changed_parameter_changes_what_refers_to_it() {
        let same = template(
            "  F: {Type: T, Properties: {Code: {S3Key: {Ref: Code}}}}\n  G: {Type: T, Properties: {X: {Ref: Other}}}",
        );
        let found = same.differences(&same, &BTreeSet::from(["Code".to_owned()]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].logical_id, "F");
    }

    #[test]
    fn capabilities_are_the_least_that_do() {
        assert!(template("  B: {Type: 'AWS::S3::Bucket'}").capabilities().is_empty());
        assert_eq!(template("  R: {Type: 'AWS::IAM::Role', Properties: {}}").capabilities(), ["CAPABILITY_IAM"]);
        let named = template("  R: {Type: 'AWS::IAM::Role', Properties: {RoleName: x}}\n  S: {Type: 'AWS::IAM::Role'}");
        assert_eq!(named.capabilities(), ["CAPABILITY_NAMED_IAM"]);
    }
}
