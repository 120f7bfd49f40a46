//! What a rule found.

use serde::{Serialize, Serializer};

use crate::node::Place;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Warning,
    Error,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    pub rule: String,
    pub severity: Severity,
    pub file: String,
    #[serde(flatten, serialize_with = "place")]
    pub place: Place,
    /// The logical id; none where the whole template is meant.
    pub resource: Option<String>,
    pub message: String,
    pub fix: String,
}

fn place<S: Serializer>(place: &Place, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap;
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("line", &place.line)?;
    map.serialize_entry("column", &place.column)?;
    map.end()
}
