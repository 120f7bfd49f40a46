use clap::Args;
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Serialize;
use serde_json::Value;
use stacks::stack::data_sources;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io::Read;
use std::time::{Duration, Instant};

use crate::cloud::Aws;
use crate::commands::send::Pipeline;
use crate::output::Form;
use crate::progress::Task;
use crate::session::{Emulator, Session};

/// Compare what came out of a pipeline with what went in
///
/// Every trip has to stand in the lake once in each of its two forms, or be rejected with a reason.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The pipeline to look at
    pipeline: Pipeline,
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// How many records went in, all told; without it, only what came out is compared with itself
    #[arg(long, value_name = "N")]
    sent: Option<usize>,
    /// Keep looking for so long until the balance is right
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The balance of the taxi pipeline.
#[derive(Debug, Default, Serialize)]
struct Balance {
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
    balanced: bool,
}

impl Verify {
    pub(crate) async fn run(&self) -> Outcome {
        let Pipeline::Taxi = self.pipeline;
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let bucket = data_sources::output_bucket(&session.stage);
        let mut lake = Lake { cloud: &session.cloud, bucket: &bucket, read: BTreeMap::new() };
        let task = Task::start(&format!("reading {bucket}"));
        let until = Instant::now() + Duration::from_secs(self.wait);
        let balance = loop {
            let balance = lake.balance(self.sent).await?;
            if balance.balanced || Instant::now() >= until {
                break balance;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        drop(task);
        Form::json_if(self.json).tell(&balance)?;
        if balance.balanced {
            return Ok(());
        }
        Err(Failure::new(format!("the taxi pipeline of stage {} does not balance", self.stage))
            .hint("records may still be on their way: look again with --wait 120")
            .hint(format!(
                "what failed for good waits in the queue that 'cargo xtask status --stage {}' names",
                self.stage
            )))
    }
}

struct Lake<'a> {
    cloud: &'a Aws,
    bucket: &'a str,
    /// The ids in each object that was read. An object is not written again with other records.
    read: BTreeMap<String, Vec<String>>,
}

impl Lake<'_> {
    async fn balance(&mut self, sent: Option<usize>) -> Outcome<Balance> {
        self.read_new(contract::taxi::WRITTEN, contract::taxi::EVENT_ID).await?;
        self.read_new(contract::taxi::REJECTED, "sequence").await?;
        self.read_new(contract::taxi::DELIVERED, contract::taxi::EVENT_ID).await?;
        let (written, stored) = self.ids(contract::taxi::WRITTEN);
        let (rejected, refused) = self.ids(contract::taxi::REJECTED);
        let (delivered, arrived) = self.ids(contract::taxi::DELIVERED);
        let mut balance = Balance {
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
        let keys = self.cloud.objects(self.bucket, prefix).await;
        let mut keys = keys.asked(|| format!("cannot list bucket {}", self.bucket))?;
        keys.retain(|key| !self.read.contains_key(key));
        let (cloud, bucket) = (self.cloud, self.bucket);
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

impl fmt::Display for Balance {
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
        write!(f, "{}", if self.balanced { "balanced" } else { "NOT balanced" })
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
