//! The ports at work. A function makes the one that it uses, when it starts: a client that nobody asks for costs
//! milliseconds of every cold start.

#![expect(clippy::disallowed_types, reason = "the one place where the clients themselves are used")]

mod client;
mod firehose;
#[cfg(feature = "notices")]
mod notices;
#[cfg(feature = "replication")]
mod replications;
mod s3;
mod s3_large;
#[cfg(feature = "scaling")]
mod scaling;
#[cfg(feature = "secrets")]
mod secrets;
#[cfg(feature = "tables")]
mod tables;

pub use client::config;
pub use firehose::Firehose;
#[cfg(feature = "notices")]
pub use notices::Topics;
#[cfg(feature = "replication")]
pub use replications::DatabaseMigration;
pub use s3::S3;
pub use s3_large::S3Body;
#[cfg(feature = "scaling")]
pub use scaling::Kinesis;
#[cfg(feature = "secrets")]
pub use secrets::SecretsManager;
#[cfg(feature = "tables")]
pub use tables::Tables;
