//! What a call to AWS answers when it fails.

use std::{error::Error, fmt};

/// Why a call failed, as far as it matters to what is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The role does not allow it. The same call fails again.
    AccessDenied,
    /// The bucket, object or stream is not there. The same call fails again.
    NotFound,
    /// What was asked makes no sense to the service. The same call fails again.
    Invalid,
    /// Throttled, timed out, interrupted, broken at the other end: it may go better the next time.
    Passing,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessDenied => "access denied",
            Self::NotFound => "not found",
            Self::Invalid => "not a valid request",
            Self::Passing => "failed",
        })
    }
}

/// A failed call: what was tried, on what, how it failed, and the cause as the client gave it.
#[derive(Debug, thiserror::Error)]
#[error("{operation} {on}: {fault}")]
pub struct PortError {
    operation: &'static str,
    on: String,
    fault: Fault,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl PortError {
    pub(crate) fn new(operation: &'static str, on: impl Into<String>, fault: Fault) -> Self {
        Self { operation, on: on.into(), fault, source: None }
    }

    /// For ports in memory.
    pub fn in_test(operation: &'static str, fault: Fault) -> Self {
        Self::new(operation, "a port in memory", fault)
    }

    #[must_use]
    pub(crate) fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    pub fn fault(&self) -> Fault {
        self.fault
    }
}

/// An error with all its causes on one line.
pub fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Some errors say their cause themselves.
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_tried_on_what_and_why() {
        let error = PortError::new("put", "s3://b/k", Fault::AccessDenied).because("status 403");
        assert_eq!(chain(&error), "put s3://b/k: access denied: status 403");
    }
}
