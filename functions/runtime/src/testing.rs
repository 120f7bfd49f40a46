//! What tests of functions share: ports in memory that fail as told, a poller that delivers as Lambda does, a
//! host for the binary itself, and trips.
//!
//! Compiled in always, not behind a feature: a feature would have this crate built twice, once for tests and once for
//! functions, and the linker leaves out of a function what it does not use.

mod dice;
mod files;
mod host;
mod items;
mod large;
mod memory;
mod notices;
mod objects;
mod pace;
mod poller;
mod queue;
mod queue_bench;
mod replications;
mod scaling;
mod schedule;
mod secrets;
mod stream_pace;
mod trips;
mod upsets;
mod watch;

pub use dice::Dice;
pub use files::{FileBody, FileObjects};
pub use host::{Aws, Invoked, Request, aws_without_secrets, complaint, end_of, invoke, needs_each};
pub use items::MemoryItems;
pub use large::MemoryBody;
pub use memory::{MemoryDelivery, MemoryObjects};
pub use notices::MemoryNotices;
pub use objects::{plain, queue_event, received, told};
pub use pace::{Pace, peak_mb};
pub use poller::{Poller, Told};
pub use queue::{Handed, QueueSchedule, deliver, for_each_queue};
pub use queue_bench::{QueueBench, Written};
pub use replications::MemoryReplications;
pub use scaling::MemoryScaling;
pub use schedule::{Schedule, for_each_seed, is_trip, small_record, small_schema};
pub use secrets::MemorySecrets;
pub use stream_pace::stream_pace;
pub use trips::{event, schema, trip};
pub use upsets::{Upset, Upsets};
pub use watch::{Watch, run};
