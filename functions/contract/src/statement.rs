//! One line of a role's policy.

use serde::Serialize;
use serde_json::Value;

/// Actions allowed on one resource, in the form in which a policy document takes them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    pub action: Vec<&'static str>,
    pub resource: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
}

impl Statement {
    pub fn allow(action: &[&'static str], resource: Value) -> Self {
        Self { action: action.to_vec(), resource, condition: None }
    }

    #[must_use]
    pub fn when(self, condition: Value) -> Self {
        Self { condition: Some(condition), ..self }
    }
}
