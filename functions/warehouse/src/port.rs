//! The port: what a warehouse can do, and where a file comes from.

use bytes::Bytes;
use std::{error::Error, future::Future};

use crate::{failure::LoadError, load::Load};

/// A file's bytes as they come, compressed as they are.
pub trait Source {
    /// None at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Bytes>, Box<dyn Error + Send + Sync>>>;
}

/// What came of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// Of the file.
    pub rows: u64,
    /// It had been loaded before, and nothing was done.
    pub before: bool,
}

pub trait Warehouse {
    /// Loads a file, unless the warehouse has it already. All of it is there afterwards or, with an error, nothing; an
    /// error that may pass can also mean that it is there and the answer was lost.
    fn load(&self, load: &Load, file: impl Source) -> impl Future<Output = Result<Loaded, LoadError>>;
}

impl<W: Warehouse> Warehouse for std::rc::Rc<W> {
    async fn load(&self, load: &Load, file: impl Source) -> Result<Loaded, LoadError> {
        (**self).load(load, file).await
    }
}
