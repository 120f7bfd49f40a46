//! Lays out what an image holds, for whoever wants to look at it or run it. Nothing is written outside of the folder,
//! whatever the layers say.

mod entry;
mod place;

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use oci_spec::image::MediaType;
use tar::Archive;

use crate::access::Access;
use crate::base::Base;
use crate::blobs::{Blobs, digest_of};
use crate::digest::Digest;
use crate::error::{Error, While};
use crate::manifest::Blob;
use crate::platform::Platform;
use crate::resolve::ground;

/// Lays out the image of an OCI layout, layer upon layer, in an empty folder. Owners and devices are left out: only root
/// could make them.
pub async fn unpack(layout: &Path, platform: Platform, into: &Path) -> Result<(), Error> {
    let cannot_write = || format!("cannot write to {}", into.display());
    fs::create_dir_all(into).failing(cannot_write)?;
    if fs::read_dir(into).failing(cannot_write)?.next().is_some() {
        return Err(Error::unfit(into.display().to_string(), "it is not empty"));
    }
    let base = Base::Layout { folder: layout.to_owned(), digest: None };
    let ground = ground(&base, platform, &Access::with_cache(layout)).await?;
    for (blob, diff_id) in ground.layers.iter().zip(ground.config.diff_ids()?) {
        let missing = || Error::NotInLayout { folder: layout.to_owned(), digest: blob.digest.clone() };
        let mut file = Blobs::of(layout).open(&blob.digest)?.ok_or_else(missing)?;
        compare(blob, &mut file, &diff_id)?;
        apply(into, blob, &mut file)?;
    }
    Ok(())
}

/// That a layer is what the configuration says when it is not compressed.
fn compare(blob: &Blob, file: &mut File, diff_id: &Digest) -> Result<(), Error> {
    let found = decompressed(blob, file).and_then(digest_of).failing(|| format!("cannot read {}", blob.digest))?;
    if found == *diff_id { Ok(()) } else { Err(Error::unfit(blob.digest.as_str(), format!("it unpacks to {found}"))) }
}

fn decompressed<'a>(blob: &Blob, file: &'a mut File) -> std::io::Result<Box<dyn Read + 'a>> {
    file.rewind()?;
    Ok(match blob.kind {
        MediaType::ImageLayer => Box::new(file),
        _ => Box::new(MultiGzDecoder::new(file)),
    })
}

/// Applies a layer in two passes: what it takes away is of the layers below, wherever in the archive it says so.
fn apply(root: &Path, blob: &Blob, file: &mut File) -> Result<(), Error> {
    let unreadable = || format!("cannot read {}", blob.digest);
    let mut archive = Archive::new(decompressed(blob, file).failing(unreadable)?);
    for entry in archive.entries().failing(unreadable)? {
        entry::take_away(root, &entry.failing(unreadable)?)?;
    }
    drop(archive);
    let mut archive = Archive::new(decompressed(blob, file).failing(unreadable)?);
    for entry in archive.entries().failing(unreadable)? {
        entry::lay_down(root, &mut entry.failing(unreadable)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
