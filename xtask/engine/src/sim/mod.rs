//! A simulated AWS with a virtual clock and a seeded course of things. What it does, and which fault of
//! docs/faults.md each behaviour stands for, is said where it is.

mod change_sets;
mod clock;
mod objects;
mod operation;
mod port;
mod process;
mod progress;
mod roles;
mod rollback;
mod schemas;
mod signer;
mod stack;
mod standing;
mod strangers;
mod weather;
mod world;

use crate::cloud::{CloudError, Fault};

pub use clock::Clock;
pub use process::{Meddling, Sim};
pub use schemas::FewSchemas;
pub use signer::{Job, VERSION as SIGNING_VERSION};
pub use stack::{Held, Stack};
pub use weather::{Climate, Failing, Upset, Weather};
pub use world::{Thing, World};

fn refuse(call: &'static str, fault: Fault, message: &str) -> CloudError {
    CloudError { call, fault, message: message.to_owned() }
}
