//! Where the parts of a base come from: a folder, or a registry through the cache.

use std::path::PathBuf;

use crate::access::Access;
use crate::blobs::Blobs;
use crate::digest::Digest;
use crate::error::Error;
use crate::manifest::Blob;
use crate::reference::{Reference, Repository};
use crate::remote::Remote;

#[derive(Debug, Clone)]
pub(crate) enum Source {
    Layout(PathBuf),
    Registry { reference: Reference, read: Repository },
}

impl Source {
    /// Through the mirror, if there is one.
    pub(crate) fn registry(reference: &Reference, access: &Access) -> Self {
        let read = access.mirror.as_ref().map_or_else(|| reference.clone(), |mirror| mirror.apply(reference));
        Self::Registry { reference: reference.clone(), read: read.repository }
    }

    /// Where its parts are once they were fetched.
    pub(crate) fn blobs(&self, access: &Access) -> Blobs {
        match self {
            Self::Layout(folder) => Blobs::of(folder),
            Self::Registry { .. } => access.cached(),
        }
    }

    /// A manifest or an index. Its size is not known before.
    pub(crate) async fn document(&self, digest: &Digest, access: &Access) -> Result<Vec<u8>, Error> {
        let blobs = self.blobs(access);
        let Self::Registry { read, .. } = self else { return self.read(digest, access) };
        // What was damaged in the cache is fetched anew.
        if !blobs.open(digest).is_ok_and(|found| found.is_some()) {
            let remote = self.reached(Remote::enter(read, false, access).await)?;
            let mut incoming = blobs.incoming()?;
            incoming.take(&self.reached(remote.manifest(digest).await)?)?;
            incoming.keep(digest)?;
        }
        self.read(digest, access)
    }

    /// Makes sure that a blob is here.
    pub(crate) async fn fetch(&self, blob: &Blob, access: &Access) -> Result<(), Error> {
        let Self::Registry { read, .. } = self else { return Ok(()) };
        let blobs = self.blobs(access);
        if blobs.open(&blob.digest).is_ok_and(|found| found.is_some()) {
            return Ok(());
        }
        let remote = self.reached(Remote::enter(read, false, access).await)?;
        self.reached(remote.download(blob, &blobs).await)
    }

    /// What is here.
    pub(crate) fn read(&self, digest: &Digest, access: &Access) -> Result<Vec<u8>, Error> {
        self.blobs(access).read(digest)?.ok_or_else(|| self.missing(digest, access))
    }

    pub(crate) fn missing(&self, digest: &Digest, access: &Access) -> Error {
        let folder = match self {
            Self::Layout(folder) => folder,
            Self::Registry { .. } => &access.cache,
        };
        Error::NotInLayout { folder: folder.clone(), digest: digest.clone() }
    }

    /// Who works without the network wants to know what a base can be had by.
    fn reached<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        outcome.map_err(|error| match (self, &error) {
            (Self::Registry { reference, .. }, Error::Unreachable { .. }) => {
                Error::NoBase { reference: reference.to_string(), source: Box::new(error) }
            }
            _ => error,
        })
    }
}
