//! What objects hold, read as plainly as can be: a file at a time, all of it in memory.

use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use flate2::read::MultiGzDecoder;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;
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

    /// What lies in quarantine under a prefix.
    pub(super) async fn rejects(&self, bucket: &str, prefix: &str) -> Outcome<Rejects> {
        let mut rejects = Rejects::default();
        let mut places = BTreeSet::new();
        self.each(bucket, prefix, |key, bytes| {
            for line in lines(bytes).unwrap_or_default().iter().filter(|line| !line.is_empty()) {
                let value: Value = serde_json::from_str(line).unwrap_or_default();
                if value["reason"].as_str().is_none_or(str::is_empty) {
                    rejects.without_reason = Some(key.to_owned());
                }
                // Of several records in one line, each is told with that line.
                places.insert(["source", "line", "record"].map(|part| value[part].to_string()));
                rejects.rejected += 1;
            }
        })
        .await?;
        rejects.rejected_twice = rejects.rejected - places.len();
        Ok(rejects)
    }
}

/// Records in quarantine.
#[derive(Debug, Default, Serialize)]
pub(super) struct Rejects {
    rejected: usize,
    rejected_twice: usize,
    /// A file with one that has no reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    without_reason: Option<String>,
}

impl Rejects {
    /// Whether it is these many, each once and with its reason.
    pub(super) fn are(&self, wanted: usize) -> bool {
        self.rejected == wanted && self.rejected_twice == 0 && self.without_reason.is_none()
    }
}

impl fmt::Display for Rejects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rejected    {:>9}   of them twice {}", self.rejected, self.rejected_twice)?;
        self.without_reason.as_ref().map_or(Ok(()), |key| write!(f, "\na line of {key} has no reason"))
    }
}

/// How what is there differs from what has to be there.
#[derive(Debug, Default, Serialize)]
pub(super) struct Difference {
    missing: usize,
    unexpected: usize,
}

impl Difference {
    /// Of how much more of each there is than there has to be.
    pub(super) fn of<'a>(balance: impl Iterator<Item = &'a i64>) -> Self {
        balance.fold(Self::default(), |mut all, left| {
            let count = usize::try_from(left.unsigned_abs()).unwrap_or(usize::MAX);
            *if *left < 0 { &mut all.missing } else { &mut all.unexpected } += count;
            all
        })
    }

    pub(super) fn is_none(&self) -> bool {
        self.missing == 0 && self.unexpected == 0
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "missing {}, unexpected {}", self.missing, self.unexpected)
    }
}

/// Whether dead letters are there for the files that cannot be read, and for no others.
pub(super) fn letters_of<'a>(unreadable: &[String], dead_letters: impl IntoIterator<Item = &'a Depth>) -> bool {
    let letters: usize = dead_letters.into_iter().map(|depth| depth.waiting + depth.at_work).sum();
    if unreadable.is_empty() { letters == 0 } else { letters >= unreadable.len() }
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
