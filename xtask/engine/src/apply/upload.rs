//! Puts functions' code where their stacks take it from: archives into the artifact bucket, images into repositories, each
//! under the hash of its bytes, once. Where functions take signed archives alone, it has them signed.

use serde::Serialize;

use super::sign::{is_signed, sign};
use super::together::all;
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
    pub signed: bool,
}

/// Uploads what is not there, or is there with other bytes, and has it signed that has to be.
pub(super) async fn upload<C: Cloud>(engine: &Engine<'_, C>) -> Outcome<Vec<Artifact>> {
    let mut artifacts = Vec::new();
    let mut unsigned = Vec::new();
    for archive in &engine.target.archives {
        let Archive { function, key, signing, .. } = archive;
        let mut artifact = Artifact { function: function.clone(), key: key.clone(), uploaded: false, signed: false };
        match signing {
            // What it was made of is of no use any more.
            Some(_) if is_signed(engine, archive).await? => {}
            Some(signing) => {
                artifact.uploaded = put_once(engine, archive).await?;
                artifact.signed = true;
                unsigned.push((archive, signing));
            }
            None => artifact.uploaded = put_once(engine, archive).await?,
        }
        artifacts.push(artifact);
    }
    all(unsigned.into_iter().map(|(archive, signing)| sign(engine, archive, signing))).await?;
    Ok(artifacts)
}

/// Whether it had to be put there.
async fn put_once<C: Cloud>(engine: &Engine<'_, C>, archive: &Archive) -> Outcome<bool> {
    let (function, key, bytes) = (&archive.function, archive.built_key(), archive.bytes);
    let place = match &archive.shelf {
        Shelf::Bucket => format!("bucket {}", engine.target.bucket),
        Shelf::Repository(name) => format!("repository {name}"),
    };
    let looking = || format!("cannot look for {key} in {place}");
    let uploaded = !is_there(engine, archive).await.asked(looking)?;
    if uploaded {
        engine.host.tell(News::Uploading { function, bytes });
        put(engine, archive).await.asked(|| format!("cannot upload {function} to {place}"))?;
        // A stack must never be given code that is not there.
        if !is_there(engine, archive).await.asked(looking)? {
            return Err(Failure::new(format!("{key} was uploaded to {place}, but is not there"))
                .hint("run the same command again"));
        }
    }
    Ok(uploaded)
}

async fn is_there<C: Cloud>(engine: &Engine<'_, C>, archive: &Archive) -> Answer<bool> {
    match &archive.shelf {
        Shelf::Bucket => {
            let there = engine.cloud.object_checksum(&engine.target.bucket, archive.built_key()).await?;
            Ok(there.as_deref() == Some(archive.sha256_base64.as_str()))
        }
        Shelf::Repository(name) => engine.cloud.has_image(name, &archive.key).await,
    }
}

pub(super) async fn put<C: Cloud>(engine: &Engine<'_, C>, archive: &Archive) -> Answer {
    let Archive { shelf, key, path, sha256_base64, .. } = archive;
    match shelf {
        Shelf::Bucket => {
            let (bucket, key) = (&engine.target.bucket, archive.built_key());
            engine.cloud.put_object(bucket, key, Content::File(path), sha256_base64).await
        }
        Shelf::Repository(name) => engine.cloud.push_image(name, key, path).await,
    }
}
