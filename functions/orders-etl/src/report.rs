//! What an invocation answers.

use chrono::NaiveDate;
use serde::Serialize;

use crate::{book::RowCounts, fault::Refusal, migrations::Step};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Done,
    /// By an earlier invocation; this one may have finished what that one had begun.
    #[serde(rename = "already done")]
    AlreadyDone,
    /// Nothing was changed, and people were told.
    Refused,
    /// The tables were brought up to date, as asked, and nothing else was done.
    Migrated,
    /// Which migrations would be applied.
    Planned,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    pub(crate) status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ingestion_date: Option<NaiveDate>,
    /// Of each file, by its table.
    pub(crate) rows: RowCounts,
    /// The files that this invocation wrote.
    pub(crate) exports: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Refusal>,
    /// Those that this invocation applied or, of a plan, those that are pending.
    pub(crate) migrations: Vec<Step>,
}

impl Report {
    pub(crate) fn new(status: Status, ingestion_date: Option<NaiveDate>) -> Self {
        let (rows, exports, migrations) = (RowCounts::new(), Vec::new(), Vec::new());
        Self { status, ingestion_date, rows, exports, reason: None, migrations }
    }
}
