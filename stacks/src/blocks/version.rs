//! Versions of functions: what a caller goes on calling, whatever is deployed meanwhile.

use serde_json::{Value, json};

/// One version of a function, as a later resource of the stack names it.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    pub(super) id: &'static str,
    pub(super) function: &'static str,
}

impl Version {
    /// Its ARN.
    pub fn reference(&self) -> Value {
        json!({ "Ref": self.id })
    }

    /// The ARNs of all versions of the function.
    pub(super) fn any(&self) -> Value {
        json!({ "Fn::Sub": format!("${{{}.Arn}}:*", self.function) })
    }
}
