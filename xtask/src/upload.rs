//! Puts function archives into the artifact bucket: each under the hash of its bytes, once.

use serde::Serialize;
use std::collections::BTreeMap;

use crate::build::Archive;
use crate::cloud::Cloud;
use crate::failure::{Failure, Outcome};
use crate::progress::Task;
use crate::refusal::Asked;
use crate::session::Session;

/// Where an archive is, and whether this run put it there.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Artifact {
    pub(crate) function: String,
    pub(crate) key: String,
    pub(crate) uploaded: bool,
}

/// Where each function's archive is in the artifact bucket, or will be.
pub(crate) fn keys(archives: &[Archive]) -> BTreeMap<String, String> {
    archives.iter().map(|archive| (archive.function.clone(), key(archive))).collect()
}

fn key(archive: &Archive) -> String {
    format!("{}/{}.zip", archive.function, archive.sha256_hex)
}

/// Uploads what is not there, or is there with other bytes.
pub(crate) async fn upload<C: Cloud>(
    session: &Session<C>,
    bucket: &str,
    archives: &[Archive],
) -> Outcome<Vec<Artifact>> {
    let mut artifacts = Vec::new();
    for archive in archives {
        let key = key(archive);
        let there = session.cloud.object_checksum(bucket, &key).await;
        let there = there.asked(|| format!("cannot look for {key} in bucket {bucket}"))?;
        let uploaded = there.as_deref() != Some(archive.sha256_base64.as_str());
        if uploaded {
            let task = Task::start(&format!("uploading {} ({} KB)", archive.function, archive.bytes / 1024));
            let put = session.cloud.put_object(bucket, &key, &archive.path, &archive.sha256_base64).await;
            put.asked(|| format!("cannot upload {} to bucket {bucket}", archive.function))?;
            drop(task);
            // A stack must never be given an archive that is not there.
            let stored = session.cloud.object_checksum(bucket, &key).await;
            if stored.asked(|| format!("cannot look for {key} in bucket {bucket}"))?.is_none() {
                return Err(Failure::new(format!("{key} was uploaded to {bucket}, but is not there"))
                    .hint("run the same command again"));
            }
        }
        artifacts.push(Artifact { function: archive.function.clone(), key, uploaded });
    }
    Ok(artifacts)
}
