//! What every function does around its logic: it starts, decodes what invoked it, reaches what it was granted,
//! counts, and answers.
//!
//! A function crate sees a resource only through its [`contract::Handle`]. The methods of a handle are here, one set
//! for each grant ([`Readable`], [`Writable`], [`Lookup`], [`Deliverable`], [`Publishable`], [`Revealable`],
//! [`Replicable`], [`Scalable`]); the ports behind them take names that nothing but
//! such a method can make. So no function can ask for what its role does not allow.

mod arrival;
mod asset;
mod batch;
mod delivery;
mod failure;
mod folder;
mod item;
mod json;
mod large;
mod last;
mod last_try;
mod lines;
mod location;
mod metrics;
mod notice;
mod notification;
mod port;
mod quarantine;
mod queue;
mod reader;
mod record;
mod rejects;
mod replication;
mod retry;
mod scaling;
mod schema;
mod secret;
mod sequence;
mod start;
mod time;
mod unpack;
mod upload;
mod warehouse;

pub mod aws;
pub mod testing;

pub use arrival::{Arrival, BadEvent, Day};
pub use asset::{BadAsset, packed};
pub use batch::{Answer, Batch, BatchResponse};
pub use delivery::Deliverable;
pub use failure::{Fault, PortError, chain};
pub use folder::{Readable, Writable};
pub use item::{Item, Items, Lookup, Place as ItemPlace, Swap};
pub use large::{Body, LargeObjects, Opened, PartId, UploadId};
pub use last::last_name;
pub use last_try::LastTry;
pub use lines::{Line, Lines, RECORD_KEPT, RECORD_LIMIT};
pub use location::BadFolder;
pub use metrics::Counts;
pub use notice::{Notices, Publishable, Subject, TopicName};
pub use notification::{BadNotification, Told};
pub use port::{Delivery, EntryError, Objects, Page, Sent};
pub use quarantine::Quarantined;
pub use queue::{BadQueueEvent, QueueResponse, each_object};
pub use reader::Reader;
pub use record::{Accepted, LINE_LIMIT, Rejected};
pub use rejects::Rejects;
pub use replication::{BadReplication, Begin, LABEL, Replicable, ReplicationPlace, ReplicationTask, Replications};
pub use retry::{Backoff, Pause, Sleep, patiently, retry};
pub use scaling::{Incoming, Resized, Scalable, Scaling, StreamName, StreamSummary, TAG};
pub use schema::{BadSchema, RecordSchema};
pub use secret::{Revealable, SecretName, Secrets};
pub use sequence::{BadSequence, Sequence};
pub use start::{Handler, start, start_or_once};
pub use time::now;
pub use unpack::{BadPack, Budget, Packing, Unpack};
pub use upload::Upload;
pub use warehouse::{BadWarehouse, Credentials, Loadable, WarehousePlace};
