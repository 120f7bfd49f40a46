//! What bounds the roles of a stage that is deployed by workflows: where they stand, and the most that they may.

use serde::Serialize;
use serde_json::{Value, json};

use crate::names;
use crate::stage::Stage;

/// For every role that a stack makes. Both are absent where a stage is deployed by people alone.
#[derive(Debug, Clone, Serialize)]
pub struct Bounds {
    /// A name that AWS makes up may be cut short; a path is not, and says for certain whose role it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// The policy beyond which a role allows nothing, whatever its own policies say.
    #[serde(skip_serializing_if = "Option::is_none")]
    boundary: Option<Value>,
}

impl Bounds {
    pub(super) fn of(stage: &Stage) -> Self {
        let is_bound = stage.ci.is_some();
        Self {
            path: is_bound.then(|| names::roles(stage)),
            boundary: is_bound.then(|| json!({ "Fn::Sub": names::boundary_pattern(stage) })),
        }
    }
}
