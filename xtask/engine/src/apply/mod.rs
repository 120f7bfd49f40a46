//! Carries out a plan. Dropping any of these futures, or the whole process, leaves AWS in a state from which the same
//! command goes on.

mod bring;
mod cancel;
mod change_set;
mod delete;
mod deploy;
mod destroy;
mod empty;
mod hotswap;
mod operation;
mod policies;
mod settle;
mod sign;
mod together;
mod upload;
mod walk;

pub use bring::{Applied, Took};
pub use cancel::cancel;
pub use deploy::{Deployed, deploy};
pub use destroy::{Destroyed, Doom, DoomedStack, destroy};
pub use upload::Artifact;
pub use walk::Walked;
