//! What goes wrong, and whether to try again.

use runtime::{Fault, PortError, chain};
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// It may go better the next time, but not before this long.
    #[error("{why}")]
    Passing { why: String, wait: Duration },
    /// A page that is not whole, or not what it should be. A few times that may be the network; then it is the source.
    #[error("{0}")]
    Broken(String),
    /// The same again fails again.
    #[error("{0}")]
    Lasting(String),
    #[error(transparent)]
    Port(#[from] PortError),
}

impl Trouble {
    pub(crate) fn passing(why: impl Into<String>) -> Self {
        Self::Passing { why: why.into(), wait: Duration::ZERO }
    }

    /// How long to wait at least before the next attempt, if there should be one; a broken page has so many.
    pub(crate) fn again(&self, broken: &mut u32) -> Option<Duration> {
        match self {
            Self::Passing { wait, .. } => Some(*wait),
            Self::Broken(_) => {
                *broken = broken.checked_sub(1)?;
                Some(Duration::ZERO)
            }
            Self::Port(error) => (error.fault() == Fault::Passing).then_some(Duration::ZERO),
            Self::Lasting(_) => None,
        }
    }

    pub(crate) fn told(&self) -> String {
        chain(self)
    }
}
