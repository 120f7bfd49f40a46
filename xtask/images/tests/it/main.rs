//! Images as they are built, pushed into a real registry, pulled out of it, laid out and run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod admission;
mod bases;
mod common;
mod front;
mod interruptions;
mod made_up;
mod offline;
mod pushing;
mod registries;
mod reproducible;
mod running;
mod tls;
