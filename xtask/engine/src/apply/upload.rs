//! Puts function archives into the artifact bucket: each under the hash of its bytes, once.

use serde::Serialize;

use crate::cloud::{Cloud, Content};
use crate::engine::Engine;
use crate::failure::{Failure, Outcome};
use crate::host::News;
use crate::refusal::Asked;

/// Where an archive is, and whether this run put it there.
#[derive(Debug, Clone, Serialize)]
pub struct Artifact {
    pub function: String,
    pub key: String,
    pub uploaded: bool,
}

/// Uploads what is not there, or is there with other bytes.
pub(super) async fn upload<C: Cloud>(engine: &Engine<'_, C>) -> Outcome<Vec<Artifact>> {
    let (cloud, bucket) = (&engine.cloud, engine.target.bucket.as_str());
    let mut artifacts = Vec::new();
    for archive in &engine.target.archives {
        let key = &archive.key;
        let looking = || format!("cannot look for {key} in bucket {bucket}");
        let there = cloud.object_checksum(bucket, key).await.asked(looking)?;
        let uploaded = there.as_deref() != Some(archive.sha256_base64.as_str());
        if uploaded {
            engine.host.tell(News::Uploading { function: &archive.function, bytes: archive.bytes });
            let put = cloud.put_object(bucket, key, Content::File(&archive.path), &archive.sha256_base64).await;
            put.asked(|| format!("cannot upload {} to bucket {bucket}", archive.function))?;
            // A stack must never be given an archive that is not there.
            if cloud.object_checksum(bucket, key).await.asked(looking)?.is_none() {
                return Err(Failure::new(format!("{key} was uploaded to {bucket}, but is not there"))
                    .hint("run the same command again"));
            }
        }
        artifacts.push(Artifact { function: archive.function.clone(), key: key.clone(), uploaded });
    }
    Ok(artifacts)
}
