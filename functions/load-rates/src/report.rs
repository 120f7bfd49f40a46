//! What an invocation answers.

use serde::Serialize;

use crate::refusal::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Loaded,
    /// There is no batch that is newer than the one that is served.
    #[serde(rename = "already there")]
    AlreadyThere,
    /// No batch is visible.
    #[serde(rename = "nothing there")]
    NothingThere,
    /// Nothing was changed, and people were told.
    Refused,
    /// The schema, ports and regions are there, as asked.
    Prepared,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    pub(crate) status: Status,
    /// What is served, or what was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) batch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    pub(crate) rows: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Refusal>,
}

impl Report {
    pub(crate) fn new(status: Status) -> Self {
        Self { status, batch: None, place: None, rows: 0, reason: None }
    }
}
