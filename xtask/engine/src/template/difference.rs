//! How one template differs from another, resource by resource and property by property.

use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

use super::{Template, kind};

/// How one resource differs between what is deployed and what was rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub logical_id: String,
    pub kind: String,
    pub how: How,
}

#[derive(Debug, Clone, PartialEq)]
pub enum How {
    Create,
    /// The properties that changed, by path, old and new.
    Modify(Vec<PropertyChange>),
    Delete,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PropertyChange {
    pub path: String,
    pub old: Value,
    pub new: Value,
}

impl Template {
    /// From `self`, which is deployed, to `new`. `changed` are the parameters that get another value, by name.
    pub fn differences(&self, new: &Self, changed: &[PropertyChange]) -> Vec<Difference> {
        let (before, after) = (self.section("Resources"), new.section("Resources"));
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
            if !changed.is_empty() {
                properties.extend(uses(String::new(), resource, changed));
            }
            if !properties.is_empty() {
                all.push(of(id, resource, How::Modify(properties)));
            }
        }
        let gone = before.iter().filter(|(id, _)| !after.contains_key(*id));
        all.extend(gone.map(|(id, resource)| of(id, resource, How::Delete)));
        all
    }

    /// How the outputs differ.
    pub fn output_differences(&self, new: &Self) -> Vec<PropertyChange> {
        let (before, after) = (self.section("Outputs"), new.section("Outputs"));
        let ids: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        let value = |outputs: &Map<String, Value>, id: &String| outputs.get(id).cloned().unwrap_or_default();
        ids.into_iter()
            .filter(|id| before.get(*id) != after.get(*id))
            .map(|id| PropertyChange { path: id.clone(), old: value(before, id), new: value(after, id) })
            .collect()
    }
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
fn uses(path: String, value: &Value, parameters: &[PropertyChange]) -> Vec<PropertyChange> {
    match value {
        Value::Object(map) => {
            let referred = map.get("Ref").and_then(Value::as_str);
            let changed = referred.and_then(|name| parameters.iter().find(|parameter| parameter.path == name));
            if let (1, Some(PropertyChange { old, new, .. })) = (map.len(), changed) {
                return vec![PropertyChange { path, old: old.clone(), new: new.clone() }];
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
        let found = old.differences(&new, &[]);
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
        let found =
            same.differences(&same, &[PropertyChange { path: "Code".to_owned(), old: "a".into(), new: "b".into() }]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].logical_id, "F");
    }
}
