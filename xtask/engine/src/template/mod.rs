//! A template as a value: what is in it.

mod difference;
mod links;
mod widening;

use serde_json::{Map, Value};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

pub use difference::{Difference, How, PropertyChange};
pub use widening::widens;

pub(crate) use links::refers_to;

/// A parsed template.
#[derive(Debug, Clone, Default)]
pub struct Template(Rc<Value>);

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Template {
    /// `None` where the text is no mapping in YAML or JSON, or uses YAML's short tags, which we never write.
    pub fn parse(text: &str) -> Option<Self> {
        let value: Value = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).ok()?
        } else {
            serde_saphyr::from_str(text).ok()?
        };
        value.is_object().then(|| Self(Rc::new(value)))
    }

    /// A short name of the content, the same for both notations.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }

    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The same template with something changed in it.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Value)) -> Self {
        let mut value = Value::clone(&self.0);
        change(&mut value);
        Self(Rc::new(value))
    }

    /// The same template without what becomes of its resources when they go.
    #[must_use]
    pub(crate) fn without_policies(&self) -> Self {
        self.with(|value| {
            for resource in value["Resources"].as_object_mut().into_iter().flat_map(Map::values_mut) {
                if let Some(resource) = resource.as_object_mut() {
                    resource.shift_remove("DeletionPolicy");
                    resource.shift_remove("UpdateReplacePolicy");
                }
            }
        })
    }

    /// The least that CloudFormation has to be allowed for this template.
    pub fn capabilities(&self) -> Vec<&'static str> {
        let named = ["RoleName", "PolicyName", "ManagedPolicyName", "UserName", "GroupName", "InstanceProfileName"];
        let mut capability = None;
        for resource in self.section("Resources").values() {
            if kind(resource).starts_with("AWS::IAM::") {
                let has_name = named.iter().any(|name| resource["Properties"].get(name).is_some());
                capability =
                    if has_name { Some("CAPABILITY_NAMED_IAM") } else { capability.or(Some("CAPABILITY_IAM")) };
            }
        }
        capability.into_iter().collect()
    }

    /// Whether a resource outlives its stack.
    pub fn keeps(&self, logical_id: &str) -> bool {
        self.resource(logical_id)["DeletionPolicy"].as_str().is_some_and(|policy| policy.starts_with("Retain"))
    }

    /// One resource as it is written; null where there is none of this id.
    pub fn resource(&self, logical_id: &str) -> &Value {
        &self.0["Resources"][logical_id]
    }

    /// The parameter that says which code a function has: of an archive, or of an image.
    pub fn code_parameter(&self, logical_id: &str) -> Option<&str> {
        let code = &self.resource(logical_id)["Properties"]["Code"];
        let image = &code["ImageUri"]["Fn::Sub"][1]["Digest"]["Ref"];
        code["S3Key"]["Ref"].as_str().or_else(|| image.as_str())
    }

    pub fn resources(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        self.section("Resources").iter().map(|(id, resource)| (id.as_str(), kind(resource), resource))
    }

    fn section(&self, name: &str) -> &Map<String, Value> {
        static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        self.0.get(name).and_then(Value::as_object).unwrap_or(&EMPTY)
    }
}

fn kind(resource: &Value) -> &str {
    resource["Type"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_the_least_that_do() {
        let template = |resources: &str| Template::parse(&format!("Resources:\n{resources}")).unwrap();
        assert!(template("  B: {Type: 'AWS::S3::Bucket'}").capabilities().is_empty());
        assert_eq!(template("  R: {Type: 'AWS::IAM::Role', Properties: {}}").capabilities(), ["CAPABILITY_IAM"]);
        let named = template("  R: {Type: 'AWS::IAM::Role', Properties: {RoleName: x}}\n  S: {Type: 'AWS::IAM::Role'}");
        assert_eq!(named.capabilities(), ["CAPABILITY_NAMED_IAM"]);
    }

    #[test]
    fn both_notations_are_the_same_template() {
        let yaml = Template::parse("Resources:\n  B: {Type: 'AWS::S3::Bucket', DeletionPolicy: Retain}");
        let json = Template::parse(r#"{"Resources": {"B": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}}}"#);
        assert_eq!(yaml, json);
        assert!(yaml.unwrap().keeps("B"));
        assert_eq!(Template::parse("- a list"), None);
        assert_eq!(Template::parse("{"), None);
    }
}
