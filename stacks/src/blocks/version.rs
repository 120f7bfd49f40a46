//! Versions of functions, and the alias by which one of them is called: what began with one goes on with it, whatever is
//! deployed meanwhile.

use serde::Serialize;
use serde_json::{Value, json};

use super::Scope;
use crate::names::LIVE;

/// One version of a function, as a later resource of the stack names it.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    pub(super) function: &'static str,
}

impl Version {
    pub(super) fn id(self) -> String {
        format!("{}Version", self.function)
    }

    /// Its ARN.
    pub fn reference(self) -> Value {
        json!({ "Ref": self.id() })
    }

    /// The ARNs of all versions of the function.
    pub(super) fn any(self) -> Value {
        json!({ "Fn::Sub": format!("${{{}.Arn}}:*", self.function) })
    }
}

/// The ARN under which a function is called: of its alias.
pub(super) fn live(function: &str) -> Value {
    json!({ "Ref": live_id(function) })
}

/// The same, worked out of the function's own, for what has to be there before the alias.
pub(super) fn live_arn(function: &str) -> Value {
    json!({ "Fn::Sub": format!("${{{function}.Arn}}:{LIVE}") })
}

fn live_id(function: &str) -> String {
    format!("{function}Live")
}

/// How a function is published.
#[derive(Debug, Serialize)]
pub(super) struct Published {
    id: String,
    name: &'static str,
    /// What the alias stands for.
    is: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Kept>,
}

#[derive(Debug, Serialize)]
struct Kept {
    /// What the function is, in short: where this stays and its code too, Lambda makes no other version of it.
    state: String,
    /// What becomes of a version when the next one takes its place.
    replaced: &'static str,
}

impl Published {
    /// Where code goes past its stack, whatever is the latest is live; a version is only kept for who `goes_on` with it.
    pub(super) fn new(scope: &Scope, function: &'static str, goes_on: bool) -> Self {
        let latest = scope.stage.hotswap;
        let version = json!({ "Fn::GetAtt": [Version { function }.id(), "Version"] });
        let kept = Kept { state: String::new(), replaced: scope.revision_policy() };
        Self {
            id: live_id(function),
            name: LIVE,
            is: if latest { "$LATEST".into() } else { version },
            version: (goes_on || !latest).then_some(kept),
        }
    }

    /// Takes note of what Lambda makes a version of.
    pub(super) fn settle(&mut self, state: &Value) {
        if let Some(version) = &mut self.version {
            version.state = contract::fingerprint(&state.to_string());
        }
    }
}
