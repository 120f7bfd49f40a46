//! A folder in the form of an OCI layout, which holds one image, for one platform or several.

use std::fs;
use std::io::Write;
use std::path::Path;

use oci_spec::image::Descriptor;
use serde_json::json;

use crate::blobs::readable;
use crate::digest::Digest;
use crate::error::{Error, While};
use crate::manifest::{Document, read};

const MARKER: &str = "oci-layout";
const INDEX: &str = "index.json";

/// What the folder says that it holds.
pub(crate) fn index(folder: &Path) -> Result<Vec<Descriptor>, Error> {
    let what = folder.display().to_string();
    if !folder.join(MARKER).is_file() {
        return Err(Error::unfit(what, format!("it has no file {MARKER}, as the folder of an OCI layout has")));
    }
    let bytes = fs::read(folder.join(INDEX)).failing(|| format!("cannot read {what}/{INDEX}"))?;
    match read(&what, &bytes)? {
        Document::Index(index) => Ok(index),
        Document::Manifest(_) => Err(Error::unfit(what, format!("its {INDEX} is no list of images"))),
    }
}

/// Declares that the folder holds the image. Everything that the image consists of is there before.
pub(crate) fn declare(folder: &Path, digest: &Digest, document: &[u8]) -> Result<(), Error> {
    let kind = match read(digest.as_str(), document)? {
        Document::Index(_) => "application/vnd.oci.image.index.v1+json",
        Document::Manifest(_) => "application/vnd.oci.image.manifest.v1+json",
    };
    let stated = serde_json::from_slice::<serde_json::Value>(document).ok();
    let stated = stated.as_ref().and_then(|value| value.get("mediaType")?.as_str()).unwrap_or(kind);
    let entry = json!({ "mediaType": stated, "digest": digest.as_str(), "size": document.len() });
    let index = json!({ "schemaVersion": 2, "manifests": [entry] });
    replace(folder, MARKER, &json!({ "imageLayoutVersion": "1.0.0" }).to_string())?;
    replace(folder, INDEX, &index.to_string())
}

/// Whoever reads meanwhile sees the old file or the new one.
fn replace(folder: &Path, name: &str, text: &str) -> Result<(), Error> {
    let cannot_write = || format!("cannot write {}", folder.join(name).display());
    let mut new = tempfile::Builder::new();
    let mut file = new.permissions(readable()).tempfile_in(folder).failing(cannot_write)?;
    file.write_all(text.as_bytes()).failing(cannot_write)?;
    file.persist(folder.join(name)).map(drop).map_err(|error| error.error).failing(cannot_write)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_declared_is_found() {
        let folder = tempfile::tempdir().unwrap();
        assert!(index(folder.path()).unwrap_err().to_string().contains("no file oci-layout"));
        let document = br#"{"schemaVersion":2,"manifests":[]}"#;
        let digest = Digest::of(document);
        declare(folder.path(), &digest, document).unwrap();
        let found = index(folder.path()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].digest().as_ref(), digest.as_str());
    }
}
