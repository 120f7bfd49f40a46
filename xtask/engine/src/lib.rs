//! The deploy engine: from what a stage should be to what AWS has, in a way that cannot be left half done.
//!
//! It knows neither the SDK nor the clock nor the terminal: everything that is asked of AWS, and all waiting, goes through
//! one port, [`cloud::Cloud`]; everything that is told goes to one [`host::Host`].

pub mod apply;
pub mod cloud;
pub mod engine;
pub mod failure;
pub mod follow;
pub mod hash;
pub mod host;
pub mod lease;
pub mod permissions;
pub mod plan;
pub mod preflight;
pub mod programme;
pub mod reap;
pub mod reason;
pub mod refusal;
pub mod schemas;
pub mod sim;
pub mod stateful;
pub mod status;
pub mod target;
pub mod template;
pub mod time;
mod token;
