//! What the ledger says of an object.

use runtime::Item;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use warehouse::Load;

/// The attribute that is another at each write.
pub(crate) const REVISION: &str = "revision";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// Somebody is loading it, or was.
    Pending,
    Loaded,
}

/// Times are text for people; the end of a claim is seconds, for functions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) state: State,
    pub(crate) owner: String,
    /// Until when the claim holds.
    pub(crate) until: i64,
    pub(crate) revision: String,
    pub(crate) load_id: String,
    pub(crate) target: String,
    pub(crate) attempts: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) loaded_at: Option<String>,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

impl Entry {
    /// The first of an object.
    pub(crate) fn first(load: &Load, owner: &str, until: i64) -> Self {
        Self {
            state: State::Pending,
            owner: owner.to_owned(),
            until,
            revision: revision(1, owner),
            load_id: load.id().to_owned(),
            target: load.target().table().to_owned(),
            attempts: 1,
            rows: None,
            loaded_at: None,
            error: None,
        }
    }

    /// What is written over this one, by this owner.
    pub(crate) fn next(&self, owner: &str) -> Self {
        let number = self.revision.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        Self { owner: owner.to_owned(), revision: revision(u64::saturating_add(number, 1), owner), ..self.clone() }
    }

    pub(crate) fn parse(item: Item) -> Result<Self, serde_json::Error> {
        serde_json::from_value(Value::Object(item))
    }

    pub(crate) fn item(&self) -> Item {
        match serde_json::to_value(self) {
            Ok(Value::Object(item)) => item,
            _ => Item::new(),
        }
    }
}

fn revision(number: u64, owner: &str) -> String {
    format!("{number} {owner}")
}
