//! Out of a registry into a folder, to be built on without the network or looked into.

use std::fs;
use std::path::Path;

use crate::access::Access;
use crate::error::{Error, While};
use crate::layout;
use crate::platform::Platform;
use crate::reference::Reference;
use crate::resolve::manifest;
use crate::source::Source;

/// Reads the image of a platform into the folder. If the reference is of a list, the folder has that list and, of its
/// images, this one: the digest that stands in the reference stays the one that counts.
///
/// What is in the folder already is not read again, so that it may be interrupted and repeated.
pub async fn pull(reference: &Reference, platform: Platform, folder: &Path, access: &Access) -> Result<(), Error> {
    fs::create_dir_all(folder).failing(|| format!("cannot make {}", folder.display()))?;
    // A layout has the form of the cache.
    let access = Access { cache: folder.to_owned(), ..access.clone() };
    let source = Source::registry(reference, &access);
    let manifest = manifest(&reference.to_string(), &source, reference.digest.clone(), platform, &access).await?;
    for blob in manifest.layers.iter().chain([&manifest.config]) {
        source.fetch(blob, &access).await?;
    }
    layout::declare(folder, &reference.digest, &source.read(&reference.digest, &access)?)
}
