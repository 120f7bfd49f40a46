//! DynamoDB tables: encrypted, protected where the stage keeps its data.

use serde::Serialize;

use super::{Scope, Tags};
use crate::stage::ItemsCapacity;

#[derive(Debug, Serialize)]
pub struct ItemsView {
    id: &'static str,
    name: String,
    /// Texts by which an item is found: the first parts items among machines, the second sorts.
    key: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort_key: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioned: Option<Units>,
    deletion: &'static str,
    replace: &'static str,
    /// Whether a table that holds data is to be kept: then it can also be brought back to any moment of 35 days.
    kept: bool,
    tags: Tags,
}

#[derive(Debug, Serialize)]
struct Units {
    read: u32,
    write: u32,
}

impl ItemsView {
    pub fn new(scope: &Scope, (id, thing): (&'static str, &str), key: &'static str, capacity: ItemsCapacity) -> Self {
        Self {
            id,
            name: scope.name(thing),
            key,
            sort_key: None,
            provisioned: match capacity {
                ItemsCapacity::OnDemand => None,
                ItemsCapacity::Provisioned { read_units, write_units } => {
                    Some(Units { read: read_units, write: write_units })
                }
            },
            deletion: scope.deletion_policy(),
            replace: scope.replace_policy(),
            kept: scope.stage.keep_data,
            tags: scope.tags.clone(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn sorted_by(self, sort_key: &'static str) -> Self {
        Self { sort_key: Some(sort_key), ..self }
    }
}
