//! The ports at work. A function makes the one that it uses, when it starts: a client that nobody asks for costs
//! milliseconds of every cold start.

#![expect(clippy::disallowed_types, reason = "the one place where the clients themselves are used")]

mod firehose;
mod s3;

pub use firehose::Firehose;
pub use s3::S3;
