//! A stream whose shards are counted and changed: the port, and what a handle on it can do.

use chrono::{DateTime, Utc};
use contract::{Handle, Scale, Stream};
use std::{future::Future, rc::Rc};

use crate::{Fault, PortError};

/// A Kinesis stream, named by a granted handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamName(String);

impl StreamName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A call is named by the permission that it takes.
    pub(crate) fn failed(&self, permission: &'static str, fault: Fault) -> PortError {
        PortError::new(permission, &self.0, fault)
    }
}

/// A stream as it was described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamSummary {
    /// Not those that only hold what came in before shards were changed.
    pub open_shards: u32,
    /// Nobody is making, changing or deleting it.
    pub is_active: bool,
    pub created: DateTime<Utc>,
}

/// What a stream took within a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incoming {
    /// When the minute began.
    pub since: DateTime<Utc>,
    pub bytes: u64,
    pub records: u64,
}

/// What became of the wish for another number of shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resized {
    Begun,
    /// Something else is being changed about the stream.
    Busy,
    /// It was asked for too often within a day, or for more shards than the account has left.
    Refused,
}

/// What the stream keeps for us: a tag.
pub const TAG: &str = "autoscale-shards";

/// Kinesis and what CloudWatch knows of it, one call each. Nothing here tries again.
pub trait Scaling {
    fn describe(&self, stream: &StreamName) -> impl Future<Output = Result<StreamSummary, PortError>>;
    /// The value of [`TAG`], if the stream has it.
    fn tag(&self, stream: &StreamName) -> impl Future<Output = Result<Option<String>, PortError>>;
    fn set_tag(&self, stream: &StreamName, value: &str) -> impl Future<Output = Result<(), PortError>>;
    /// What the stream took, by the minute. A minute in which nothing came is not there.
    fn incoming(
        &self,
        stream: &StreamName,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Future<Output = Result<Vec<Incoming>, PortError>>;
    fn resize(&self, stream: &StreamName, shards: u32) -> impl Future<Output = Result<Resized, PortError>>;
}

impl<S: Scaling> Scaling for Rc<S> {
    async fn describe(&self, stream: &StreamName) -> Result<StreamSummary, PortError> {
        (**self).describe(stream).await
    }

    async fn tag(&self, stream: &StreamName) -> Result<Option<String>, PortError> {
        (**self).tag(stream).await
    }

    async fn set_tag(&self, stream: &StreamName, value: &str) -> Result<(), PortError> {
        (**self).set_tag(stream, value).await
    }

    async fn incoming(
        &self,
        stream: &StreamName,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Incoming>, PortError> {
        (**self).incoming(stream, from, to).await
    }

    async fn resize(&self, stream: &StreamName, shards: u32) -> Result<Resized, PortError> {
        (**self).resize(stream, shards).await
    }
}

/// Of a stream that may be made larger and smaller.
pub trait Scalable {
    /// What the port is called with.
    fn stream(&self) -> StreamName;
}

impl Scalable for Handle<Scale<Stream>> {
    fn stream(&self) -> StreamName {
        StreamName(self.name().to_owned())
    }
}
