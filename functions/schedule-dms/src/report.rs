//! What an invocation answers.

use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// For the first time.
    Started,
    /// Anew, on other data.
    Reloaded,
    /// It runs already, or somebody else was faster.
    Running,
    /// The newest batch is the one that the last run has loaded.
    #[serde(rename = "already there")]
    AlreadyThere,
    /// No batch is visible.
    #[serde(rename = "nothing there")]
    NothingThere,
    /// The task is being made, changed, moved or taken away.
    Unavailable,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    pub(crate) status: Status,
    /// Where the newest batch is among all batches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    /// In AWS's words, when it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) task: Option<String>,
}
