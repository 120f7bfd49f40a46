//! What a function binary and the stack that deploys it agree on, as types that both compile against.
//!
//! One field of a function's environment is one environment variable, one resource kind and one grant.
//! The function sees the field as a [`Handle`] that can do what was granted; the stack fills it with a
//! [`Wire`] to a resource that it declared. What does not fit does not compile.
//!
//! Types only: nothing here reads, writes or calls anything.

mod fingerprint;
mod function;
mod grant;
mod replication;
mod resource;
mod setting;
mod side;
mod source;
mod statement;
mod warehouse;

pub mod accommodation;
pub mod autoscale_shards;
pub mod consolidate;
pub mod curate;
pub mod flats;
pub mod load_rates;
pub mod load_warehouse;
pub mod metric;
pub mod orders;
pub mod orders_etl;
pub mod pull_rates;
pub mod rates;
pub mod schedule_dms;
pub mod send_to_firehose;
pub mod taxi;
pub mod transform;
pub mod write_to_s3;

pub use aws_lambda_events::kinesis::{KinesisEvent, KinesisEventRecord};
pub use aws_lambda_events::sqs::{SqsEvent as QueueEvent, SqsMessage as QueueMessage};
pub use fingerprint::fingerprint;
pub use function::{Function, environment};
pub use grant::{Grant, Load, Publish, Read, ReadWrite, Reads, Scale, Write, Writes};
pub use replication::{Replicate, Replication, ReplicationParts};
pub use resource::{Bucket, DeliveryStream, Folder, Kind, Place, Queue, Ref, Stream, Table, Topic};
pub use setting::{AssetFile, BadSetting, SchemaName, TimeZone, Whole};
pub use side::{Deploy, Handle, Run, Side, Wire};
pub use source::{HttpSource, Secret};
pub use statement::Statement;
pub use warehouse::{AUTHORITIES, AUTHORITIES_FILE, Warehouse, WarehouseParts};
