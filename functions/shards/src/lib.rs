//! How many shards a stream should have, worked out from what came into it lately.
//!
//! Nothing here asks or changes anything: `autoscale-shards` does, and `cargo xtask simulate traffic` tries the very same
//! decisions against days of traffic.

mod decide;
mod need;
mod past;

#[cfg(test)]
mod decide_tests;

pub use decide::{Decision, QUIET, Seen, Settings, decide};
pub use need::{BYTES, Minute, RECORDS, need};
pub use past::{OPERATIONS, Past};
