//! What objects hold, read as plainly as can be: a file at a time, all of it in memory.

use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use flate2::read::MultiGzDecoder;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::io::{Cursor, Read};

use crate::cloud::{Aws, Depth};

/// Reads the objects of a bucket.
pub(super) struct Bodies<'a> {
    pub(super) cloud: &'a Aws,
}

impl Bodies<'_> {
    /// Every object under a prefix, one handed over after the other.
    pub(super) async fn each(&self, bucket: &str, prefix: &str, mut take: impl FnMut(&str, &[u8])) -> Outcome {
        let keys = self.cloud.objects(bucket, prefix).await.asked(|| format!("cannot list bucket {bucket}"))?;
        let read = |key: String| async move {
            let bytes = self.cloud.object(bucket, &key).await.asked(|| format!("cannot read {key}"))?;
            Ok::<_, Failure>((key, bytes))
        };
        let mut objects = stream::iter(keys).map(read).buffer_unordered(16);
        while let Some((key, bytes)) = objects.try_next().await? {
            take(&key, &bytes);
        }
        Ok(())
    }
}

pub(super) async fn depth(cloud: &Aws, queue: &str) -> Outcome<Depth> {
    let asked = || format!("cannot look into queue {queue}");
    let url = cloud.queue_url(queue).await.asked(asked)?;
    cloud.depth(&url).await.asked(asked)
}

/// The lines of a file that is plain, a gzip or a zip; none if it cannot be read.
pub(super) fn lines(bytes: &[u8]) -> Option<Vec<String>> {
    let mut text = Vec::new();
    match bytes {
        [0x1f, 0x8b, ..] => MultiGzDecoder::new(bytes).read_to_end(&mut text).map(drop).ok()?,
        [b'P', b'K', ..] => {
            let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
            for number in 0..zip.len() {
                zip.by_index(number).ok()?.read_to_end(&mut text).ok()?;
                if text.last().is_some_and(|last| *last != b'\n') {
                    text.push(b'\n');
                }
            }
        }
        _ => text.extend_from_slice(bytes),
    }
    Some(text.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned()).collect())
}
