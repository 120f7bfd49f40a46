//! What a handle on a folder can do, grant by grant.

use contract::{Folder as FolderKind, Grant, Handle, Reads, Writes};
use std::future::Future;

use crate::{BadFolder, Fault, Objects, Page, PortError, location::Folder};

/// Of a folder that may be read. Names are relative to the folder.
pub trait Readable {
    /// Whether the handle names a folder at all: asked when a function starts, so that it fails then and not at its
    /// first record.
    fn check(&self) -> Result<(), BadFolder>;
    fn get(&self, objects: &impl Objects, name: &str) -> impl Future<Output = Result<Vec<u8>, PortError>>;
    /// One page of the names that begin with `under` and sort after `after`.
    fn list(&self, objects: &impl Objects, under: &str, after: &str) -> impl Future<Output = Result<Page, PortError>>;
}

/// Of a folder that may be written. Names are relative to the folder.
pub trait Writable {
    fn put(&self, objects: &impl Objects, name: &str, body: &[u8]) -> impl Future<Output = Result<(), PortError>>;
}

impl<G: Grant<On = FolderKind> + Reads> Readable for Handle<G> {
    fn check(&self) -> Result<(), BadFolder> {
        Folder::parse(self.name()).map(drop)
    }

    async fn get(&self, objects: &impl Objects, name: &str) -> Result<Vec<u8>, PortError> {
        objects.get(&folder(self, "get")?.object(name)).await
    }

    async fn list(&self, objects: &impl Objects, under: &str, after: &str) -> Result<Page, PortError> {
        objects.list(&folder(self, "list")?.listing(under, after)).await
    }
}

impl<G: Grant<On = FolderKind> + Writes> Writable for Handle<G> {
    async fn put(&self, objects: &impl Objects, name: &str, body: &[u8]) -> Result<(), PortError> {
        objects.put(&folder(self, "put")?.object(name), body).await
    }
}

fn folder<G>(handle: &Handle<G>, operation: &'static str) -> Result<Folder, PortError> {
    Folder::parse(handle.name()).map_err(|bad| PortError::new(operation, handle.name(), Fault::Invalid).because(bad))
}
