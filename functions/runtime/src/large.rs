//! The port for objects that are not held in memory as a whole: read as a stream, written in parts.

use bytes::Bytes;
use std::{future::Future, rc::Rc};

use crate::{
    Objects, PortError,
    location::{Object, Source},
};

/// S3 for large objects, one call each. Nothing here tries again or goes on where something broke off: that is what
/// [`Reader`](crate::Reader) and [`Upload`](crate::Upload) do.
pub trait LargeObjects: Objects {
    type Body: Body;

    /// The smallest part that the store takes, the last one of an object apart.
    fn part_size(&self) -> usize;
    /// An object from a byte on, in the version that the source names.
    fn open(&self, source: &Source, from: u64) -> impl Future<Output = Result<Opened<Self::Body>, PortError>>;
    /// Begins an object of several parts. Nobody sees it before it is complete.
    fn begin(&self, object: &Object) -> impl Future<Output = Result<UploadId, PortError>>;
    /// Parts are numbered from 0. A part that is put again replaces the one of its number.
    fn put_part(
        &self,
        object: &Object,
        upload: &UploadId,
        number: usize,
        body: Bytes,
    ) -> impl Future<Output = Result<PartId, PortError>>;
    fn complete(
        &self,
        object: &Object,
        upload: &UploadId,
        parts: Vec<PartId>,
    ) -> impl Future<Output = Result<(), PortError>>;
    fn abort(&self, object: &Object, upload: &UploadId) -> impl Future<Output = Result<(), PortError>>;
}

/// An object's bytes as they come.
pub trait Body {
    /// None at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Bytes>, PortError>>;
}

/// An object that is being read.
pub struct Opened<B> {
    pub body: B,
    /// Of the whole object, wherever reading began.
    pub size: u64,
    pub etag: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UploadId(pub String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartId(pub String);

impl<O: LargeObjects> LargeObjects for Rc<O> {
    type Body = O::Body;

    fn part_size(&self) -> usize {
        (**self).part_size()
    }

    async fn open(&self, source: &Source, from: u64) -> Result<Opened<O::Body>, PortError> {
        (**self).open(source, from).await
    }

    async fn begin(&self, object: &Object) -> Result<UploadId, PortError> {
        (**self).begin(object).await
    }

    async fn put_part(&self, at: &Object, upload: &UploadId, number: usize, body: Bytes) -> Result<PartId, PortError> {
        (**self).put_part(at, upload, number, body).await
    }

    async fn complete(&self, object: &Object, upload: &UploadId, parts: Vec<PartId>) -> Result<(), PortError> {
        (**self).complete(object, upload, parts).await
    }

    async fn abort(&self, object: &Object, upload: &UploadId) -> Result<(), PortError> {
        (**self).abort(object, upload).await
    }
}
