//! What an image consists of, in the words of OCI and of Docker.

use oci_spec::image::{Descriptor, ImageIndex, ImageManifest, ImageManifestBuilder, MediaType};
use serde_json::Value;

use crate::digest::Digest;
use crate::error::Error;
use crate::platform::Platform;

/// What may be asked for, and is understood.
pub(crate) const KINDS: [&str; 4] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// As Docker's manifests name what OCI calls a layer.
const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Document {
    /// One image for each of several platforms.
    Index(Vec<Descriptor>),
    Manifest(Manifest),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) config: Blob,
    pub(crate) layers: Vec<Blob>,
}

/// A part of an image, by its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blob {
    pub(crate) kind: MediaType,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
}

/// Reads either, told apart by what it holds: what it calls itself may be missing.
pub(crate) fn read(what: &str, bytes: &[u8]) -> Result<Document, Error> {
    let unfit = |why: String| Error::unfit(what, why);
    let value: Value = serde_json::from_slice(bytes).map_err(|error| unfit(format!("it is no JSON: {error}")))?;
    // Two readers could take one that is both for different images.
    let is_index = match (value.get("manifests").is_some(), value.get("layers").is_some()) {
        (true, false) => true,
        (false, true) => false,
        _ => return Err(unfit("it is neither an image nor a list of images".to_owned())),
    };
    if let Some(kind) = value.get("mediaType").and_then(Value::as_str)
        && !KINDS.contains(&kind)
    {
        return Err(unfit(format!("{kind} is not understood")));
    }
    if is_index {
        let index: ImageIndex = serde_json::from_value(value).map_err(|error| unfit(error.to_string()))?;
        return Ok(Document::Index(index.manifests().clone()));
    }
    let manifest: ImageManifest = serde_json::from_value(value).map_err(|error| unfit(error.to_string()))?;
    let layers = manifest.layers().iter().map(|layer| Blob::layer(what, layer)).collect::<Result<_, _>>()?;
    let config = Blob::new(MediaType::ImageConfig, manifest.config())?;
    Ok(Document::Manifest(Manifest { config, layers }))
}

impl Blob {
    fn new(kind: MediaType, descriptor: &Descriptor) -> Result<Self, Error> {
        Ok(Self { kind, digest: descriptor.digest().as_ref().parse()?, size: descriptor.size() })
    }

    /// The content is the same whichever of the two names it: the manifest that we write has OCI's.
    fn layer(what: &str, descriptor: &Descriptor) -> Result<Self, Error> {
        let kind = match descriptor.media_type() {
            kind @ (MediaType::ImageLayer | MediaType::ImageLayerGzip) => kind.clone(),
            MediaType::Other(other) if other == DOCKER_LAYER => MediaType::ImageLayer,
            MediaType::Other(other) if other == DOCKER_LAYER_GZIP => MediaType::ImageLayerGzip,
            other => return Err(Error::unfit(what, format!("a layer of the kind {other} is not understood"))),
        };
        Self::new(kind, descriptor)
    }

    pub(crate) fn descriptor(&self) -> Result<Descriptor, Error> {
        let digest: oci_spec::image::Digest = self
            .digest
            .as_str()
            .parse()
            .map_err(|error: oci_spec::OciSpecError| Error::unfit(self.digest.as_str(), error.to_string()))?;
        Ok(Descriptor::new(self.kind.clone(), self.size, digest))
    }
}

impl Manifest {
    /// What we write, whatever the base was.
    pub(crate) const KIND: &str = KINDS[0];

    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Error> {
        let layers = self.layers.iter().map(Blob::descriptor).collect::<Result<Vec<_>, _>>()?;
        let manifest = ImageManifestBuilder::default()
            .schema_version(2_u32)
            .media_type(MediaType::ImageManifest)
            .config(self.config.descriptor()?)
            .layers(layers)
            .build();
        let text = manifest.and_then(|manifest| manifest.to_string());
        text.map(String::into_bytes).map_err(|error| Error::unfit("the manifest", error.to_string()))
    }
}

/// The image of a list for this platform.
pub(crate) fn choose(what: &str, index: &[Descriptor], platform: Platform) -> Result<Digest, Error> {
    let fits = |entry: &&Descriptor| {
        let found = entry.platform().as_ref();
        found.is_some_and(|found| {
            found.os().to_string() == "linux" && found.architecture().to_string() == platform.architecture()
        })
    };
    let chosen = index.iter().find(fits).or_else(|| only(index));
    match chosen {
        Some(entry) => entry.digest().as_ref().parse(),
        None => Err(Error::NoPlatform { what: what.to_owned(), wanted: platform, there: there(index) }),
    }
}

/// A list of one that does not say what it is for: the image itself says it.
fn only(index: &[Descriptor]) -> Option<&Descriptor> {
    match index {
        [entry] if entry.platform().is_none() => Some(entry),
        _ => None,
    }
}

fn there(index: &[Descriptor]) -> Vec<String> {
    let name = |entry: &Descriptor| match entry.platform() {
        None => entry.digest().to_string(),
        Some(platform) => {
            let variant = platform.variant().as_ref().map_or(String::new(), |variant| format!("/{variant}"));
            format!("{}/{}{variant}", platform.os(), platform.architecture())
        }
    };
    let mut there: Vec<String> = index.iter().map(name).collect();
    // Signatures and the like are no platform.
    there.retain(|name| name != "unknown/unknown");
    if there.is_empty() {
        there.push("nothing".to_owned());
    }
    there
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
