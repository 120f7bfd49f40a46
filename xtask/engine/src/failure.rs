//! What every command answers with when it cannot do its work: what failed, why, and what to do next.

use std::fmt;

/// The exit codes of the command line, documented in the README and stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It failed, or failed and was rolled back.
    Failed = 1,
    /// The command line or a file is not valid.
    Invalid = 2,
    /// Somebody has to decide: an approval, a replacement, a stuck stack.
    Decision = 3,
    /// It goes on in AWS without us.
    StillRunning = 4,
}

/// Why a command stopped.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    what: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// Something did not work.
    pub fn new(what: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, what: what.into(), causes: Vec::new(), hints: Vec::new() }
    }

    /// What we were given cannot be worked with.
    pub fn invalid(what: impl Into<String>) -> Self {
        Self { exit: Exit::Invalid, ..Self::new(what) }
    }

    /// Adds an error, and whatever it was caused by, as the reason.
    #[must_use]
    pub fn because(mut self, error: &dyn std::error::Error) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            // Many errors repeat their source in their own text.
            if !self.causes.iter().any(|said| said.contains(&text)) {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }

    /// Adds the reason in words.
    #[must_use]
    pub fn since(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds what to do about it: a sentence or a command to type.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub fn what(&self) -> &str {
        &self.what
    }

    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    #[must_use]
    pub fn exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        for cause in &self.causes {
            write!(f, "\n  because: {}", cause.trim_end().replace('\n', "\n           "))?;
        }
        for hint in &self.hints {
            write!(f, "\n  next: {}", hint.replace('\n', "\n        "))?;
        }
        Ok(())
    }
}

/// Turns an error into a [`Failure`] where it happens, with the words for what was being done.
pub trait Context<T> {
    fn failing(self, what: impl FnOnce() -> String) -> Outcome<T>;
}

impl<T, E: std::error::Error> Context<T> for Result<T, E> {
    fn failing(self, what: impl FnOnce() -> String) -> Outcome<T> {
        self.map_err(|error| Failure::new(what()).because(&error))
    }
}
