//! What went wrong with a server, and what to do about it.

use std::fmt;
use std::io;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    what: String,
    remedy: Option<String>,
}

impl Trouble {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: None }
    }

    #[must_use]
    pub(crate) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do, where it is known.
    pub fn hint(&self) -> Option<&str> {
        self.remedy.as_deref()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.remedy {
            Some(remedy) => write!(f, "{}; {remedy}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

impl std::error::Error for Trouble {}

/// Says what was being done when a call to the system failed.
pub(crate) trait While<T> {
    fn failing(self, what: impl FnOnce() -> String) -> Result<T, Trouble>;
}

impl<T> While<T> for io::Result<T> {
    fn failing(self, what: impl FnOnce() -> String) -> Result<T, Trouble> {
        self.map_err(|error| {
            let trouble = Trouble::new(format!("{}: {error}", what()));
            let full = error.kind() == io::ErrorKind::StorageFull;
            if full { trouble.remedy("free some space on the disk and try again") } else { trouble }
        })
    }
}
