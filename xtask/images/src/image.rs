//! An image that was built: its manifest, what is new in it, and where the rest comes from.

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::Path;

use bytes::Bytes;
use oci_spec::image::MediaType;

use crate::access::Access;
use crate::base::Base;
use crate::blobs::Blobs;
use crate::digest::Digest;
use crate::error::{Error, While};
use crate::files::Files;
use crate::manifest::{Blob, Document, Manifest, read};
use crate::platform::Platform;
use crate::source::Source;
use crate::{layer, layout, program, resolve};

/// The same for the same base, files and platform, to the last byte.
#[derive(Debug, Clone)]
pub struct Image {
    pub(crate) manifest: Bytes,
    pub(crate) digest: Digest,
    /// In the order in which a registry gets them.
    pub(crate) parts: Vec<Part>,
}

#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) blob: Blob,
    pub(crate) content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    Made(Bytes),
    OfBase(Source),
}

/// Builds an image with one layer on its base. Of the base only what describes it is read.
pub async fn build(base: &Base, files: &Files, platform: Platform, access: &Access) -> Result<Image, Error> {
    program::check(&files.program, platform, *base == Base::Scratch)?;
    let ground = resolve::ground(base, platform, access).await?;
    let own = layer::pack(files)?;
    let config = ground.config.with_function(&own.diff_id)?;

    let mut parts = Vec::new();
    if let Some(source) = ground.source {
        let of_base = |blob| Part { blob, content: Content::OfBase(source.clone()) };
        parts.extend(ground.layers.into_iter().map(of_base));
    }
    parts.push(Part::made(MediaType::ImageLayerGzip, own.digest, own.bytes));
    let layers = parts.iter().map(|part| part.blob.clone()).collect();
    let config = Part::made(MediaType::ImageConfig, Digest::of(&config), config);
    let manifest = Manifest { config: config.blob.clone(), layers }.bytes()?;
    parts.push(config);
    Ok(Image { digest: Digest::of(&manifest), manifest: manifest.into(), parts })
}

impl Image {
    /// One that a folder holds in the form of an OCI layout.
    pub fn open(folder: &Path, digest: &Digest) -> Result<Self, Error> {
        let what = folder.display().to_string();
        let blobs = Blobs::of(folder);
        let missing = || Error::NotInLayout { folder: folder.to_owned(), digest: digest.clone() };
        let bytes = blobs.read(digest)?.ok_or_else(missing)?;
        let Document::Manifest(Manifest { config, layers }) = read(&what, &bytes)? else {
            return Err(Error::unfit(what, "it is a list of images"));
        };
        let source = Source::Layout(folder.to_owned());
        let part = |blob| Part { blob, content: Content::OfBase(source.clone()) };
        let parts = layers.into_iter().chain([config]).map(part).collect();
        Ok(Self { manifest: bytes.into(), digest: digest.clone(), parts })
    }

    /// What it is known by, in any registry.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    pub fn manifest(&self) -> &[u8] {
        &self.manifest
    }

    /// All that it consists of, compressed, without what a registry may have already.
    pub fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.blob.size).sum()
    }

    /// Writes it into a folder, in the form of an OCI layout.
    pub async fn save(&self, folder: &Path, access: &Access) -> Result<(), Error> {
        fs::create_dir_all(folder).failing(|| format!("cannot make {}", folder.display()))?;
        let blobs = Blobs::of(folder);
        for part in &self.parts {
            part.fetch(access).await?;
            part.copy(&blobs, access)?;
        }
        blobs.put(&self.manifest)?;
        layout::declare(folder, &self.digest, &self.manifest)
    }
}

impl Part {
    fn made(kind: MediaType, digest: Digest, bytes: Vec<u8>) -> Self {
        let blob = Blob { kind, digest, size: bytes.len() as u64 };
        Self { blob, content: Content::Made(bytes.into()) }
    }

    /// Makes sure that it is on this machine.
    pub(crate) async fn fetch(&self, access: &Access) -> Result<(), Error> {
        match &self.content {
            Content::Made(_) => Ok(()),
            Content::OfBase(source) => source.fetch(&self.blob, access).await,
        }
    }

    /// Its content, compared with its digest.
    pub(crate) fn open(&self, access: &Access) -> Result<Box<dyn Read + Send>, Error> {
        match &self.content {
            Content::Made(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
            Content::OfBase(source) => {
                let found = source.blobs(access).open(&self.blob.digest)?;
                Ok(Box::new(found.ok_or_else(|| source.missing(&self.blob.digest, access))?))
            }
        }
    }

    fn copy(&self, into: &Blobs, access: &Access) -> Result<(), Error> {
        if into.open(&self.blob.digest).is_ok_and(|found| found.is_some()) {
            return Ok(());
        }
        let mut incoming = into.incoming()?;
        let copied = io::copy(&mut self.open(access)?, &mut incoming);
        copied.failing(|| format!("cannot copy {}", self.blob.digest))?;
        incoming.keep(&self.blob.digest)
    }
}
