//! Why work under a lock did not come to its end.

use runtime::{Fault, PortError};
use std::{
    error::Error,
    fmt::{Debug, Display},
};
use tokio_postgres::error::SqlState;

use super::BoxError;
use crate::failure::LoadError;

/// What a function refuses to do, and would refuse again. As text it is the reason.
pub trait Refusal: Debug + Display {
    /// What to do if the role lacks rights.
    const RIGHTS: &'static str;
}

#[derive(Debug, thiserror::Error)]
pub enum Trouble<R> {
    /// The same again ends the same way, until somebody does something.
    #[error("{0}")]
    Refused(R),
    /// It may go better the next time.
    #[error("{what}")]
    Passing {
        what: String,
        #[source]
        cause: Option<BoxError>,
    },
    /// It will not.
    #[error("{what}")]
    Lasting {
        what: String,
        #[source]
        cause: Option<BoxError>,
    },
}

impl<R: Refusal> Trouble<R> {
    pub fn passing(what: impl Into<String>) -> Self {
        Self::Passing { what: what.into(), cause: None }
    }

    pub fn lasting(what: impl Into<String>) -> Self {
        Self::Lasting { what: what.into(), cause: None }
    }

    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Passing { .. })
    }

    /// Of a statement, by what it was for.
    pub fn of_statement(purpose: &str, error: tokio_postgres::Error) -> Self {
        let Some(said) = error.as_db_error() else {
            let what = format!("the database broke off while {purpose}");
            return Self::Passing { what, cause: Some(error.into()) };
        };
        let (code, message) = (said.code().code(), said.message());
        let what = format!("the database says, while {purpose}: {message} ({code})");
        if *said.code() == SqlState::INSUFFICIENT_PRIVILEGE {
            return Self::lasting(format!("{what}; {}", R::RIGHTS));
        }
        // Connections, what else is going on at once, resources, somebody's intervention, the system below.
        let passes = ["08", "40", "53", "55", "57", "58"].contains(&code.get(..2).unwrap_or_default())
            // After a failover a connection may end at what was the first server and is the second now.
            || ["25006", "25P03"].contains(&code);
        if passes { Self::passing(what) } else { Self::lasting(what) }
    }
}

impl<R: Refusal> From<R> for Trouble<R> {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal)
    }
}

impl<R: Refusal> From<PortError> for Trouble<R> {
    fn from(error: PortError) -> Self {
        let (what, may_pass) = (error.to_string(), error.fault() == Fault::Passing);
        let cause = Some(BoxError::from(error));
        if may_pass { Self::Passing { what, cause } } else { Self::Lasting { what, cause } }
    }
}

impl<R: Refusal> From<LoadError> for Trouble<R> {
    fn from(error: LoadError) -> Self {
        match error {
            // A secret that may not be read stays so, however often it is asked for.
            LoadError::Passing { what, cause: Some(cause) } if is_lasting(&*cause) => {
                Self::Lasting { what, cause: Some(cause) }
            }
            LoadError::Passing { what, cause } => Self::Passing { what, cause },
            other => Self::lasting(other.to_string()),
        }
    }
}

fn is_lasting(cause: &(dyn Error + Send + Sync + 'static)) -> bool {
    cause.downcast_ref::<PortError>().is_some_and(|error| error.fault() != Fault::Passing)
}
