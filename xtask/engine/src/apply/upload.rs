//! Puts functions' code where their stacks take it from: archives into the artifact bucket, images into repositories, each
//! under the hash of its bytes, once.

use serde::Serialize;

use crate::cloud::{Answer, Cloud, Content};
use crate::engine::Engine;
use crate::failure::{Failure, Outcome};
use crate::host::News;
use crate::refusal::Asked;
use crate::target::{Archive, Shelf};

/// Which code a function has, and whether this run put it there.
#[derive(Debug, Clone, Serialize)]
pub struct Artifact {
    pub function: String,
    pub key: String,
    pub uploaded: bool,
}

/// Uploads what is not there, or is there with other bytes.
pub(super) async fn upload<C: Cloud>(engine: &Engine<'_, C>) -> Outcome<Vec<Artifact>> {
    let mut artifacts = Vec::new();
    for archive in &engine.target.archives {
        let Archive { function, key, bytes, .. } = archive;
        let place = match &archive.shelf {
            Shelf::Bucket => format!("bucket {}", engine.target.bucket),
            Shelf::Repository(name) => format!("repository {name}"),
        };
        let looking = || format!("cannot look for {key} in {place}");
        let uploaded = !is_there(engine, archive).await.asked(looking)?;
        if uploaded {
            engine.host.tell(News::Uploading { function, bytes: *bytes });
            put(engine, archive).await.asked(|| format!("cannot upload {function} to {place}"))?;
            // A stack must never be given code that is not there.
            if !is_there(engine, archive).await.asked(looking)? {
                return Err(Failure::new(format!("{key} was uploaded to {place}, but is not there"))
                    .hint("run the same command again"));
            }
        }
        artifacts.push(Artifact { function: function.clone(), key: key.clone(), uploaded });
    }
    Ok(artifacts)
}

async fn is_there<C: Cloud>(engine: &Engine<'_, C>, archive: &Archive) -> Answer<bool> {
    match &archive.shelf {
        Shelf::Bucket => {
            let there = engine.cloud.object_checksum(&engine.target.bucket, &archive.key).await?;
            Ok(there.as_deref() == Some(archive.sha256_base64.as_str()))
        }
        Shelf::Repository(name) => engine.cloud.has_image(name, &archive.key).await,
    }
}

async fn put<C: Cloud>(engine: &Engine<'_, C>, archive: &Archive) -> Answer {
    let Archive { shelf, key, path, sha256_base64, .. } = archive;
    match shelf {
        Shelf::Bucket => engine.cloud.put_object(&engine.target.bucket, key, Content::File(path), sha256_base64).await,
        Shelf::Repository(name) => engine.cloud.push_image(name, key, path).await,
    }
}
