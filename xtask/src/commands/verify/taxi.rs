//! Trips: each once in the lake in either form, or rejected.

use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Serialize;
use serde_json::Value;
use stacks::stack::data_sources;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io::Read;

use super::{Balance, Looked};
use crate::cloud::Aws;
use crate::session::Session;

/// The balance of the taxi pipeline.
#[derive(Debug, Default, Serialize)]
pub(super) struct Trips {
    sent: Option<usize>,
    /// Records stored in batches, and how many of them are there a second time.
    written: usize,
    written_twice: usize,
    rejected: usize,
    rejected_twice: usize,
    /// Records delivered as JSON Lines. Firehose promises each at least once, so a second copy is no fault.
    delivered: usize,
    delivered_twice: usize,
    /// Stored in batches, but not delivered; and the other way round.
    undelivered: usize,
    unwritten: usize,
    #[serde(skip)]
    balanced: bool,
}

/// Looks at a stage's lake, and again as often as asked; what was read once is not read again.
pub(super) struct TaxiBooks<'a> {
    lake: Lake<'a>,
    sent: Option<usize>,
}

impl<'a> TaxiBooks<'a> {
    pub(super) fn of(session: &'a Session, sent: Option<usize>) -> Self {
        let bucket = data_sources::output_bucket(&session.stage);
        Self { lake: Lake { cloud: &session.cloud, bucket, read: BTreeMap::new() }, sent }
    }
}

impl Looked for TaxiBooks<'_> {
    type Found = Trips;

    async fn look(&mut self) -> Outcome<Trips> {
        self.lake.count(self.sent).await
    }
}

impl Balance for Trips {
    fn is_balanced(&self) -> bool {
        self.balanced
    }
}

struct Lake<'a> {
    cloud: &'a Aws,
    bucket: String,
    /// The ids in each object that was read. An object is not written again with other records.
    read: BTreeMap<String, Vec<String>>,
}

impl Lake<'_> {
    async fn count(&mut self, sent: Option<usize>) -> Outcome<Trips> {
        self.read_new(contract::taxi::WRITTEN, contract::taxi::EVENT_ID).await?;
        self.read_new(contract::taxi::REJECTED, "sequence").await?;
        self.read_new(contract::taxi::DELIVERED, contract::taxi::EVENT_ID).await?;
        let (written, stored) = self.ids(contract::taxi::WRITTEN);
        let (rejected, refused) = self.ids(contract::taxi::REJECTED);
        let (delivered, arrived) = self.ids(contract::taxi::DELIVERED);
        let mut balance = Trips {
            sent,
            written: stored.len(),
            written_twice: written - stored.len(),
            rejected: refused.len(),
            rejected_twice: rejected - refused.len(),
            delivered: arrived.len(),
            delivered_twice: delivered - arrived.len(),
            undelivered: stored.difference(&arrived).count(),
            unwritten: arrived.difference(&stored).count(),
            balanced: false,
        };
        balance.balanced = balance.written_twice == 0
            && balance.rejected_twice == 0
            && balance.undelivered == 0
            && balance.unwritten == 0
            && stored.is_disjoint(&refused)
            // Without a number to compare with, nothing at all is no balance.
            && sent.map_or(balance.written + balance.rejected > 0, |sent| sent == balance.written + balance.rejected);
        Ok(balance)
    }

    /// Reads the objects under a prefix that were not there before, and of each record the given field.
    async fn read_new(&mut self, prefix: &str, field: &str) -> Outcome {
        let keys = self.cloud.objects(&self.bucket, prefix).await;
        let mut keys = keys.asked(|| format!("cannot list bucket {}", self.bucket))?;
        keys.retain(|key| !self.read.contains_key(key));
        let (cloud, bucket) = (self.cloud, self.bucket.as_str());
        let objects = stream::iter(keys).map(|key| async move {
            let bytes = cloud.object(bucket, &key).await.asked(|| format!("cannot read {key}"))?;
            let ids = field_of_each(&bytes, field).ok_or_else(|| {
                Failure::new(format!("{key} does not hold records with '{field}'"))
                    .hint(format!("look at s3://{bucket}/{key}"))
            })?;
            Ok((key, ids))
        });
        let objects: Vec<_> = objects.buffer_unordered(16).try_collect().await?;
        self.read.extend(objects);
        Ok(())
    }

    /// How many records stand under a prefix, and which different ones.
    fn ids(&self, prefix: &str) -> (usize, HashSet<&str>) {
        let ids = || self.read.iter().filter(|(key, _)| key.starts_with(prefix)).flat_map(|(_, ids)| ids);
        (ids().count(), ids().map(String::as_str).collect())
    }
}

/// Reads a JSON array, or JSON Lines with exactly one object a line, either of them perhaps compressed.
fn field_of_each(bytes: &[u8], field: &str) -> Option<Vec<String>> {
    let mut inflated = Vec::new();
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut inflated).ok()?;
        &inflated
    } else {
        bytes
    };
    let of = |record: &Value| Some(record.get(field)?.as_str()?.to_owned());
    if bytes.starts_with(b"[") {
        return serde_json::from_slice::<Vec<Value>>(bytes).ok()?.iter().map(of).collect();
    }
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    text.split('\n').map(|line| of(&serde_json::from_str(line).ok()?)).collect()
}

impl fmt::Display for Trips {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sent) = self.sent {
            writeln!(f, "sent        {sent:>9}")?;
        }
        writeln!(f, "written     {:>9}   of them twice {}", self.written, self.written_twice)?;
        writeln!(f, "rejected    {:>9}   of them twice {}", self.rejected, self.rejected_twice)?;
        writeln!(f, "delivered   {:>9}   once more {}", self.delivered, self.delivered_twice)?;
        if self.undelivered + self.unwritten > 0 {
            writeln!(
                f,
                "written but not delivered {}, delivered but not written {}",
                self.undelivered, self.unwritten
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::field_of_each;

    #[test]
    fn arrays_and_lines_are_read_and_nothing_else() {
        let ids = |text: &str| field_of_each(text.as_bytes(), "event_id");
        let one_and_two = Some(vec!["1".to_owned(), "2".to_owned()]);
        assert_eq!(ids(r#"[{"event_id":"1"},{"event_id":"2"}]"#), one_and_two);
        assert_eq!(ids("{\"event_id\":\"1\"}\n{\"event_id\":\"2\"}\n"), one_and_two);
        for bad in [
            "{\"event_id\":\"1\"}\n\n{\"event_id\":\"2\"}\n",
            "{\"event_id\":\"1\"}{\"event_id\":\"2\"}\n",
            "{\"event_id\":\"1\"}",
            "{\"id\":\"1\"}\n",
            "",
        ] {
            assert_eq!(ids(bad), None, "{bad:?}");
        }
    }
}
