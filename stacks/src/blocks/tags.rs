//! The tags that every resource carries. The commit is a tag of the whole stack, which CloudFormation hands down:
//! in the template it would make every commit a change of every resource.

use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::function::plain;
use crate::stack::StackKind;
use crate::stage::Stage;

#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Tags(Vec<Tag>);

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: &'static str,
    value: String,
}

impl Tags {
    /// Of what all pipelines of a stage share.
    pub fn shared(stage: &Stage, stack: StackKind) -> Self {
        Self::of(stage, stack, "shared")
    }

    /// As the services take them that know them by key.
    pub(super) fn by_key(&self) -> BTreeMap<&'static str, String> {
        self.0.iter().map(|tag| (tag.key, tag.value.clone())).collect()
    }

    /// With what the code is: the parameter's value is made of the checksum.
    pub(super) fn with_code(&self, parameter: &str) -> Vec<Value> {
        let code = json!({"Key": "code", "Value": {"Ref": parameter}});
        self.0.iter().map(plain).chain([code]).collect()
    }

    pub fn of(stage: &Stage, stack: StackKind, pipeline: &str) -> Self {
        let tag = |key, value: &str| Tag { key, value: value.to_owned() };
        Self(vec![
            tag("project", stage.project.as_str()),
            tag("stage", stage.name.as_str()),
            tag("stack", stack.name()),
            tag("pipeline", pipeline),
        ])
    }
}
