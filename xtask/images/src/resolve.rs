//! From a base to the one image that it stands for on a platform.

use crate::access::Access;
use crate::base::Base;
use crate::config::Config;
use crate::digest::Digest;
use crate::error::Error;
use crate::layout;
use crate::manifest::{Blob, Document, Manifest, choose, read};
use crate::platform::Platform;
use crate::source::Source;

/// An index may hold an index; more than that is nobody's image.
const DEEPEST: usize = 3;

/// What an image is built on.
pub(crate) struct Ground {
    pub(crate) config: Config,
    pub(crate) layers: Vec<Blob>,
    /// Scratch has none.
    pub(crate) source: Option<Source>,
}

/// Reads what describes the base, and none of its layers.
pub(crate) async fn ground(base: &Base, platform: Platform, access: &Access) -> Result<Ground, Error> {
    let what = base.to_string();
    let (source, digest) = match base {
        Base::Scratch => {
            return Ok(Ground { config: Config::empty(platform), layers: Vec::new(), source: None });
        }
        Base::Registry(reference) => (Source::registry(reference, access), reference.digest.clone()),
        Base::Layout { folder, digest } => {
            let digest = match digest {
                Some(digest) => digest.clone(),
                None => choose(&what, &layout::index(folder)?, platform)?,
            };
            (Source::Layout(folder.clone()), digest)
        }
    };
    let manifest = manifest(&what, &source, digest, platform, access).await?;
    source.fetch(&manifest.config, access).await?;
    let bytes = source.read(&manifest.config.digest, access)?;
    let config = Config::read(&what, &bytes, manifest.layers.len(), platform)?;
    Ok(Ground { config, layers: manifest.layers, source: Some(source) })
}

/// Follows indexes to the image for this platform.
pub(crate) async fn manifest(
    what: &str,
    source: &Source,
    mut digest: Digest,
    platform: Platform,
    access: &Access,
) -> Result<Manifest, Error> {
    for _ in 0..DEEPEST {
        match read(what, &source.document(&digest, access).await?)? {
            Document::Index(index) => digest = choose(what, &index, platform)?,
            Document::Manifest(manifest) => return Ok(manifest),
        }
    }
    Err(Error::unfit(what, "it is a list of lists without an end"))
}
