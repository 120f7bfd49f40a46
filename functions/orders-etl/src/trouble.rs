//! Why a run did not come to its end.

use runtime::{Fault, PortError};
use std::error::Error;
use tokio_postgres::error::SqlState;
use warehouse::LoadError;

use crate::fault::Refusal;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// The same again ends the same way, until somebody does something.
    #[error("{}", _0.reason)]
    Refused(Refusal),
    /// It may go better the next time.
    #[error("{what}")]
    Passing {
        what: String,
        #[source]
        cause: Option<Box<dyn Error + Send + Sync>>,
    },
    /// It will not.
    #[error("{what}")]
    Lasting {
        what: String,
        #[source]
        cause: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl Trouble {
    pub(crate) fn passing(what: impl Into<String>) -> Self {
        Self::Passing { what: what.into(), cause: None }
    }

    pub(crate) fn lasting(what: impl Into<String>) -> Self {
        Self::Lasting { what: what.into(), cause: None }
    }

    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Passing { .. })
    }

    /// Of a statement, by what it was for.
    pub(crate) fn of_statement(purpose: &str, error: tokio_postgres::Error) -> Self {
        let Some(said) = error.as_db_error() else {
            return Self::Passing {
                what: format!("the database broke off while {purpose}"),
                cause: Some(error.into()),
            };
        };
        let what = format!("the database says, while {purpose}: {} ({})", said.message(), said.code().code());
        if *said.code() == SqlState::INSUFFICIENT_PRIVILEGE {
            return Self::lasting(format!(
                "{what}; let its role create schemas and tables, or own those that are there"
            ));
        }
        // Connections, what else is going on at once, resources, somebody's intervention, the system below.
        let passes = ["08", "40", "53", "55", "57", "58"].contains(&said.code().code().get(..2).unwrap_or_default())
            // After a failover a connection may end at what was the first server and is the second now.
            || ["25006", "25P03"].contains(&said.code().code());
        if passes { Self::passing(what) } else { Self::lasting(what) }
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<PortError> for Trouble {
    fn from(error: PortError) -> Self {
        let what = error.to_string();
        let cause = error.fault();
        let error = Some(Box::new(error) as Box<_>);
        if cause == Fault::Passing {
            Self::Passing { what, cause: error }
        } else {
            Self::Lasting { what, cause: error }
        }
    }
}

impl From<LoadError> for Trouble {
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
