//! What the engine tells whoever runs it, as it happens, and the one thing that it asks.

use futures_util::future::LocalBoxFuture;
use std::time::Duration;

use crate::cloud::{Event, StackStatus};
use crate::lease::Holder;

/// Whoever runs the engine.
pub trait Host {
    fn tell(&self, news: News<'_>);
    /// Whether another run is alive, where that can be told without asking AWS: on the same machine.
    fn is_alive(&self, holder: &Holder) -> Option<bool>;
    /// Ends when somebody no longer wants to wait: what is begun then goes on in AWS.
    fn interrupted(&self) -> LocalBoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
    /// Who this run is, for others that find the stage taken.
    fn me(&self) -> Holder;
}

/// Something happened.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// Work on a stack begins, such as "updating".
    Began {
        stack: &'a str,
        what: &'a str,
    },
    Event {
        stack: &'a str,
        event: &'a Event,
    },
    Ended {
        stack: &'a str,
        status: StackStatus,
    },
    Uploading {
        function: &'a str,
        bytes: u64,
    },
    Signing {
        function: &'a str,
        profile: &'a str,
    },
    Emptying {
        bucket: &'a str,
        deleted: usize,
    },
    /// Something that takes no part in the work: what is waited for, what was found.
    Note(&'a str),
    /// Nothing else happens for a while, because of somebody else.
    Waiting {
        why: &'a str,
        waited: Duration,
    },
}
