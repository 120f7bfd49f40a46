//! Why a file is not in the warehouse.

use std::error::Error;

type BoxError = Box<dyn Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The same file fails again.
    #[error("the file is not as it should be: {0}")]
    File(String),
    #[error("the file could not be read")]
    Read(#[source] BoxError),
    /// With what has to be done about it, where that is known.
    #[error("the warehouse refuses: {what}{}", remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default())]
    Refused { what: String, remedy: Option<&'static str> },
    /// It may go better the next time.
    #[error("the warehouse did not do it: {what}")]
    Passing {
        what: String,
        #[source]
        cause: Option<BoxError>,
    },
}

impl LoadError {
    pub(crate) fn refused(what: impl Into<String>, remedy: &'static str) -> Self {
        Self::Refused { what: what.into(), remedy: Some(remedy) }
    }

    pub(crate) fn passing(what: impl Into<String>) -> Self {
        Self::Passing { what: what.into(), cause: None }
    }

    /// Whether the same file would fail the same way.
    pub fn is_the_files_fault(&self) -> bool {
        matches!(self, Self::File(_))
    }
}
