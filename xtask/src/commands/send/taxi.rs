//! Trips, into the stream.

use clap::Args;
use engine::cloud::Fault;
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use stacks::stack::stream::ingress_stream;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{SendReport, share};
use crate::cloud::{Aws, Record};
use crate::made_up::trips;
use crate::output::Form;
use crate::progress::Task;
use crate::session::{Emulator, Session};

/// Trips of taxis, into the stream
#[derive(Debug, Args)]
pub(crate) struct SendTaxi {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// How many trips to make up
    #[arg(long, value_name = "N", default_value_t = 1000, conflicts_with = "file")]
    count: u64,
    /// Send a CSV with the columns of a trip instead
    #[arg(long, value_name = "CSV")]
    file: Option<PathBuf>,
    /// Records a second at most; as fast as the stream takes them if not given
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// The share of made-up trips that break the schema, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    invalid: f64,
    /// Makes the same taxis and routes again
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl SendTaxi {
    pub(super) async fn run(&self) -> Outcome {
        let records = self.records()?;
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let stream = ingress_stream(&session.stage);
        let steps = if self.file.is_some() { 0 } else { self.count };
        let task = Task::of(&format!("sending trips to {stream}"), steps);
        let sender =
            Sender { cloud: &session.cloud, stage: &self.stage, stream: &stream, rate: self.rate, task: &task };
        let (report, stopped) = sender.send(records).await;
        drop(task);
        Form::json_if(self.json).tell(&report)?;
        match stopped {
            Some(failure) => Err(failure.hint(format!("{} records were sent before that", report.sent))),
            None if report.failed > 0 => {
                Err(Failure::new(format!("{} records were not taken by {stream}", report.failed))
                    .hint("send more slowly (--rate), or give the stream more shards"))
            }
            None => Ok(()),
        }
    }

    fn records(&self) -> Outcome<Box<dyn Iterator<Item = Outcome<Record>>>> {
        if let Some(file) = &self.file {
            return Ok(Box::new(trips::from_csv(file)?));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        Ok(Box::new(trips::MadeUp::new(self.seed, now, self.invalid).take(count).map(Ok)))
    }
}

/// What one call of `PutRecords` takes.
const MAX_RECORDS: usize = 500;
const MAX_BYTES: usize = 5 * 1024 * 1024;
/// How often a record is offered before it counts as failed.
const ATTEMPTS: u32 = 10;

struct Sender<'a> {
    cloud: &'a Aws,
    stage: &'a str,
    stream: &'a str,
    rate: Option<u32>,
    task: &'a Task,
}

impl Sender<'_> {
    /// Sends all records; a record that cannot be read or a stream that is not there stops it.
    async fn send(&self, records: impl Iterator<Item = Outcome<Record>>) -> (SendReport, Option<Failure>) {
        let started = Instant::now();
        let mut report = SendReport::default();
        let mut records = records.peekable();
        let mut waiting: VecDeque<(Record, u32)> = VecDeque::new();
        let mut stopped = None;
        let most = self.rate.map_or(MAX_RECORDS, |rate| MAX_RECORDS.min((rate as usize / 5).max(1)));
        while stopped.is_none() {
            while waiting.len() < most {
                match records.next() {
                    Some(Ok(record)) => waiting.push_back((record, 0)),
                    Some(Err(failure)) => {
                        stopped = Some(failure);
                        break;
                    }
                    None => break,
                }
            }
            let batch = take(&mut waiting, most);
            if batch.is_empty() {
                break;
            }
            let done = report.sent + report.failed + batch.len() as u64;
            if let Err(failure) = self.offer(batch, &mut waiting, &mut report).await {
                stopped = Some(failure);
            }
            self.keep_to_the_rate(started, done).await;
        }
        // Read, but not taken by the stream when it stopped.
        report.failed += waiting.len() as u64;
        report.elapsed_ms = started.elapsed().as_millis();
        (report, stopped)
    }

    /// Offers one batch; what was not taken waits for another turn.
    async fn offer(
        &self,
        batch: Vec<(Record, u32)>,
        waiting: &mut VecDeque<(Record, u32)>,
        report: &mut SendReport,
    ) -> Outcome {
        let (records, attempts): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let results = match self.cloud.put_records(self.stream, &records).await {
            Ok(results) => results,
            // The whole call was refused for now.
            Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unreachable) => {
                vec![Err(error.message); records.len()]
            }
            Err(error) if error.fault == Fault::NotFound => {
                return Err(Failure::new(format!("there is no stream {}", self.stream))
                    .because(&error)
                    .hint(format!("deploy the stage first: cargo xtask deploy --stage {}", self.stage)));
            }
            answer => answer.asked(|| format!("cannot send to {}", self.stream))?,
        };
        let mut refused = 0;
        for ((record, attempts), result) in records.into_iter().zip(attempts).zip(results) {
            match result {
                Ok(()) => {
                    report.sent += 1;
                    report.bytes += record.data.len() as u64;
                    self.task.advance(1);
                }
                Err(_) if attempts + 1 < ATTEMPTS => {
                    refused += 1;
                    waiting.push_front((record, attempts + 1));
                }
                Err(_) => report.failed += 1,
            }
        }
        if refused > 0 {
            let most = waiting.iter().map(|(_, attempts)| *attempts).max().unwrap_or(1);
            let backoff = Duration::from_millis(50 << most.min(6));
            tokio::time::sleep(backoff.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
        }
        Ok(())
    }

    async fn keep_to_the_rate(&self, started: Instant, done: u64) {
        if let Some(rate) = self.rate {
            let due = Duration::from_millis(done * 1000 / u64::from(rate));
            tokio::time::sleep(due.saturating_sub(started.elapsed())).await;
        }
    }
}

/// As many records as fit into one call.
fn take(waiting: &mut VecDeque<(Record, u32)>, most: usize) -> Vec<(Record, u32)> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while let Some((record, _)) = waiting.front() {
        let size = record.data.len() + record.partition_key.len();
        if batch.len() == most || (!batch.is_empty() && bytes + size > MAX_BYTES) {
            break;
        }
        bytes += size;
        batch.extend(waiting.pop_front());
    }
    batch
}
