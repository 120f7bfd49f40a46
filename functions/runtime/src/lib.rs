//! What every function does around its logic: it starts, decodes what invoked it, reaches what it was granted,
//! counts, and answers.
//!
//! A function crate sees a resource only through its [`contract::Handle`]. The methods of a handle are here, one set
//! for each grant ([`Readable`], [`Writable`], [`Deliverable`]); the ports behind them take names that nothing but
//! such a method can make. So no function can ask for what its role does not allow.

mod arrival;
mod batch;
mod delivery;
mod failure;
mod folder;
mod json;
mod location;
mod metrics;
mod port;
mod record;
mod retry;
mod schema;
mod sequence;
mod start;

pub mod aws;
pub mod testing;

pub use arrival::{Arrival, BadEvent, Day};
pub use batch::{Answer, Batch, BatchResponse};
pub use delivery::Deliverable;
pub use failure::{Fault, PortError, chain};
pub use folder::{Readable, Writable};
pub use location::BadFolder;
pub use metrics::Counts;
pub use port::{Delivery, EntryError, Objects, Page, Sent};
pub use record::{Accepted, LINE_LIMIT, Rejected};
pub use retry::{Backoff, Pause, Sleep, retry};
pub use schema::{BadSchema, RecordSchema};
pub use sequence::{BadSequence, Sequence};
pub use start::{Handler, start};
