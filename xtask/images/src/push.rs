//! Into a registry: what is missing there, and the manifest last.
//!
//! 1. If the registry has the manifest, it has the image, and all is done.
//! 2. Each blob that it lacks is taken from another repository of the same registry, or else uploaded.
//! 3. The manifest is written. Whoever is interrupted before leaves blobs behind that the next run finds, and no image.

use crate::access::{Access, Progress};
use crate::digest::Digest;
use crate::error::Error;
use crate::image::{Content, Image, Part};
use crate::reference::{Reference, Repository};
use crate::remote::Remote;
use crate::source::Source;

/// Where the image is now, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    pub reference: Reference,
    pub uploaded: Vec<Digest>,
    pub mounted: Vec<Digest>,
}

pub async fn push(image: &Image, to: &Repository, access: &Access) -> Result<Pushed, Error> {
    let mut pushed = Pushed { reference: to.at(image.digest.clone()), uploaded: Vec::new(), mounted: Vec::new() };
    let remote = Remote::enter(to, true, access).await?;
    if remote.has_image(&image.digest).await? {
        (access.report)(&Progress::There { digest: image.digest.clone() });
        return Ok(pushed);
    }
    for part in &image.parts {
        let digest = &part.blob.digest;
        if remote.has_blob(digest).await? {
            (access.report)(&Progress::There { digest: digest.clone() });
        } else if is_mounted(&remote, part).await {
            (access.report)(&Progress::Mounted { digest: digest.clone() });
            pushed.mounted.push(digest.clone());
        } else {
            part.fetch(access).await?;
            remote.upload(&part.blob, || part.open(access)).await?;
            pushed.uploaded.push(digest.clone());
        }
    }
    remote.put_image(&image.manifest, &image.digest).await?;
    Ok(pushed)
}

/// Whether the image is in the registry, whole: a registry takes no manifest before what it names.
pub async fn exists(reference: &Reference, access: &Access) -> Result<bool, Error> {
    Remote::enter(&reference.repository, false, access).await?.has_image(&reference.digest).await
}

async fn is_mounted(remote: &Remote<'_>, part: &Part) -> bool {
    let Content::OfBase(Source::Registry { read, .. }) = &part.content else { return false };
    let is_beside = read.registry == remote.repository.registry && read.path != remote.repository.path;
    is_beside && remote.mount(&part.blob.digest, read).await
}
