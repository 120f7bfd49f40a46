//! The ports: every call that a function makes to AWS.
//!
//! Their arguments name resources by types that only the methods of a granted handle can make.

use std::future::Future;

use crate::{
    PortError,
    location::{Listing, Object},
};

/// S3, one call each. Nothing here tries again: who calls knows how long there is to try.
pub trait Objects {
    /// Replaces the object if there is one.
    fn put(&self, object: &Object, body: &[u8]) -> impl Future<Output = Result<(), PortError>>;
    fn get(&self, object: &Object) -> impl Future<Output = Result<Vec<u8>, PortError>>;
    fn list(&self, listing: &Listing) -> impl Future<Output = Result<Page, PortError>>;
}

impl<O: Objects> Objects for std::rc::Rc<O> {
    async fn put(&self, object: &Object, body: &[u8]) -> Result<(), PortError> {
        (**self).put(object, body).await
    }

    async fn get(&self, object: &Object) -> Result<Vec<u8>, PortError> {
        (**self).get(object).await
    }

    async fn list(&self, listing: &Listing) -> Result<Page, PortError> {
        (**self).list(listing).await
    }
}

/// Some names of a listing, in the order in which their bytes sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub names: Vec<String>,
    /// There are more after the last of them.
    pub more: bool,
}

/// A delivery stream, named by a granted handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream(String);

impl Stream {
    pub(crate) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    pub fn name(&self) -> &str {
        &self.0
    }
}

/// Firehose, one call.
pub trait Delivery {
    /// An answer for each line, in the order of the lines.
    fn put_batch(&self, to: &Stream, lines: &[&str]) -> impl Future<Output = Result<Vec<Sent>, PortError>>;
}

impl<D: Delivery> Delivery for std::rc::Rc<D> {
    async fn put_batch(&self, to: &Stream, lines: &[&str]) -> Result<Vec<Sent>, PortError> {
        (**self).put_batch(to, lines).await
    }
}

/// What became of one line of a batch.
pub type Sent = Result<(), EntryError>;

/// One line that Firehose did not take, of a batch that it did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct EntryError {
    pub code: String,
    pub message: String,
}
