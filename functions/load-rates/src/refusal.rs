//! Why a batch is not loaded, and would not be if it were tried again.

use serde::Serialize;

pub(crate) type Trouble = warehouse::Trouble<Refusal>;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{reason}")]
pub(crate) struct Refusal {
    /// Its URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    pub(crate) reason: String,
    /// What has to be done, for people.
    pub(crate) remedy: String,
}

impl warehouse::Refusal for Refusal {
    const RIGHTS: &'static str = "let its role create a schema, or own the schema rates and what is in it";
}

impl Refusal {
    pub(crate) fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: None, line: None, reason: reason.into(), remedy: remedy.into() }
    }

    #[must_use]
    pub(crate) fn of(self, file: impl Into<String>) -> Self {
        Self { file: Some(file.into()), ..self }
    }

    #[must_use]
    pub(crate) fn on(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }
}
