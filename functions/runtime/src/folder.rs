//! What a handle on a folder can do, grant by grant.

use contract::{Folder as FolderKind, Grant, Handle, Reads, Writes};
use std::future::Future;

use crate::{BadFolder, Fault, LargeObjects, Objects, Page, Pause, PortError, Reader, Told, Upload, location::Folder};

/// Of a folder that may be read. Names are relative to the folder.
pub trait Readable {
    /// Whether the handle names a folder at all: asked when a function starts, so that it fails then and not at its
    /// first record.
    fn check(&self) -> Result<(), BadFolder>;
    fn get(&self, objects: &impl Objects, name: &str) -> impl Future<Output = Result<Vec<u8>, PortError>>;
    /// One page of the names that begin with `under` and sort after `after`.
    fn list(&self, objects: &impl Objects, under: &str, after: &str) -> impl Future<Output = Result<Page, PortError>>;
    /// Reads the object that a notification tells of, which has to be in this folder. No call is made yet.
    fn open<'a, O: LargeObjects, P: Pause>(
        &self,
        objects: &'a O,
        pause: &'a P,
        told: &Told,
    ) -> Result<Reader<'a, O, P>, PortError>;
    /// Reads the object of this name as it is when reading begins. No call is made yet.
    fn read<'a, O: LargeObjects, P: Pause>(
        &self,
        objects: &'a O,
        pause: &'a P,
        name: &str,
    ) -> Result<Reader<'a, O, P>, PortError>;
}

/// Of a folder that may be written. Names are relative to the folder.
pub trait Writable {
    /// Whether the handle names a folder at all, as for [`Readable`].
    fn check_writable(&self) -> Result<(), BadFolder>;
    fn put(&self, objects: &impl Objects, name: &str, body: &[u8]) -> impl Future<Output = Result<(), PortError>>;
    /// An object that is written bit by bit. No call is made yet.
    fn upload<'a, O: LargeObjects, P: Pause>(
        &self,
        objects: &'a O,
        pause: &'a P,
        name: &str,
    ) -> Result<Upload<'a, O, P>, PortError>;
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

    fn open<'a, O: LargeObjects, P: Pause>(
        &self,
        objects: &'a O,
        pause: &'a P,
        told: &Told,
    ) -> Result<Reader<'a, O, P>, PortError> {
        let source = folder(self, "read")?.source(told).ok_or_else(|| {
            PortError::new("read", told.uri(), Fault::Invalid).because(format!(
                "this function reads {} only: the notifications of its queue have to be limited to that prefix",
                self.name()
            ))
        })?;
        Ok(Reader::new(objects, pause, source))
    }

    fn read<'a, O: LargeObjects, P: Pause>(
        &self,
        objects: &'a O,
        pause: &'a P,
        name: &str,
    ) -> Result<Reader<'a, O, P>, PortError> {
        Ok(Reader::new(objects, pause, folder(self, "read")?.object(name).in_its_state()))
    }
}

impl<G: Grant<On = FolderKind> + Writes> Writable for Handle<G> {
    fn check_writable(&self) -> Result<(), BadFolder> {
        Folder::parse(self.name()).map(drop)
    }

    async fn put(&self, objects: &impl Objects, name: &str, body: &[u8]) -> Result<(), PortError> {
        objects.put(&folder(self, "put")?.object(name), body).await
    }

    fn upload<'a, O: LargeObjects, P: Pause>(
        &self,
        objects: &'a O,
        pause: &'a P,
        name: &str,
    ) -> Result<Upload<'a, O, P>, PortError> {
        Ok(Upload::new(objects, pause, folder(self, "upload")?.object(name)))
    }
}

fn folder<G>(handle: &Handle<G>, operation: &'static str) -> Result<Folder, PortError> {
    Folder::parse(handle.name()).map_err(|bad| PortError::new(operation, handle.name(), Fault::Invalid).because(bad))
}
