//! What volumes mean for each program of a stage: how often it runs, for how long, what it writes and where.

use crate::pace::Pace;
use crate::scene::{Resource, Scene};
use crate::volumes::Volumes;
use crate::{DAYS, HOURS, SECONDS};

/// A program's month.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traffic {
    pub invocations: f64,
    /// Of each.
    pub seconds: f64,
    /// In which it does anything at all.
    pub hours: f64,
    pub puts: f64,
    pub gets: f64,
    /// Gigabytes that come into buckets, by their logical ids.
    pub stored: Vec<(&'static str, f64)>,
}

/// What Lambda hands over at once of a stream, whose records it writes as base64.
const PAYLOAD_BYTES: f64 = 6e6;
const BASE64: f64 = 4.0 / 3.0;
/// What Firehose takes in one call.
pub const FIREHOSE_RECORDS: f64 = 500.0;
pub const FIREHOSE_BYTES: f64 = 4.0 * 1_048_576.0;
/// Without a window, Lambda looks into a shard once a second.
const POLL_SECONDS: f64 = 1.0;
/// Bytes around a record of a stream in what Lambda hands over.
const ENVELOPE: f64 = 450.0;

/// A price in Parquet, as measured.
const PARQUET_BYTES: f64 = 2.8;
/// Shipments and reviews stand beside the orders.
const BESIDE_ORDERS: f64 = 2.2;

/// Records in a batch of a stream, at so many a second in one shard.
pub fn stream_batch(rate: f64, batch_size: f64, window: f64, bytes: f64) -> f64 {
    let fitting = PAYLOAD_BYTES / (bytes * BASE64 + ENVELOPE);
    (rate * window.max(POLL_SECONDS)).min(batch_size).min(fitting).max(1.0)
}

/// Messages in a batch of a queue that is told of so many a second.
pub fn queue_batch(rate: f64, batch_size: f64, window: f64) -> f64 {
    (rate * window).min(batch_size).max(1.0)
}

/// Calls to Firehose for a batch.
pub fn firehose_calls(records: f64, bytes: f64) -> f64 {
    (records / FIREHOSE_RECORDS).max(records * bytes / FIREHOSE_BYTES).ceil().max(1.0)
}

/// A run of `send-to-firehose`, or of `write-to-s3`.
pub fn stream_seconds(program: &str, memory_mb: f64, records: f64, bytes: f64) -> Option<f64> {
    let pace = Pace::of(program)?;
    let calls = if program == "send-to-firehose" { firehose_calls(records, bytes) } else { 1.0 };
    Some(pace.seconds(memory_mb, records, records * bytes) + (calls - 1.0) * pace.waiting_ms / 1_000.0)
}

/// Whether a batch of so many bytes goes to Spark, by the definition of the state machine.
pub fn spark_takes(scene: &Scene, bytes: f64) -> bool {
    let machines = scene.of_kind("AWS::StepFunctions::StateMachine");
    let definitions = machines.filter_map(|machine| {
        let text = machine.value("DefinitionString");
        text.as_str().or_else(|| text["Fn::Sub"].as_str()).or_else(|| text["Fn::Sub"][0].as_str())
    });
    let limit = definitions.filter_map(|text| {
        let (_, after) = text.split_once("\"NumericGreaterThan\":")?;
        let digits: String = after.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<f64>().ok()
    });
    scene.of_kind("AWS::Glue::Job").next().is_some() && limit.reduce(f64::min).is_none_or(|limit| bytes > limit)
}

/// How long the pull of a batch takes.
pub fn pull_seconds(rows: f64, rows_per_page: f64, requests_per_minute: f64) -> f64 {
    /// A page of a source that answers as it should.
    const PAGE_SECONDS: f64 = 0.5;
    let pages = (rows / rows_per_page.max(1.0)).ceil();
    pages * (60.0 / requests_per_minute.max(1.0)).max(PAGE_SECONDS)
}

/// Shards of the stage's stream. On demand there are as many as it takes.
pub fn shards(scene: &Scene) -> f64 {
    let taxi = &scene.volumes.taxi;
    let stream = scene.of_kind("AWS::Kinesis::Stream").next();
    stream.and_then(|stream| stream.number("ShardCount")).unwrap_or_else(|| {
        (2.0 * taxi.events_per_second * (taxi.bytes_per_event / 1_048_576.0).max(0.001)).ceil().max(4.0)
    })
}

/// `None` for a program that we know nothing of.
pub fn of(program: &str, runs: &Resource, scene: &Scene) -> Option<Traffic> {
    let memory = runs.number("MemorySize").or_else(|| runs.number("Memory")).unwrap_or(128.0);
    let it = Program { runs, scene, volumes: scene.volumes, memory, pace: Pace::of(program)? };
    Some(match program {
        "write-to-s3" | "send-to-firehose" => it.consumes(program)?,
        "consolidate" => it.consolidates(),
        "transform" => it.transforms(),
        "load-warehouse" => it.loads()?,
        "orders-etl" => it.sums_up(),
        "pull-rates" => it.pulls(),
        "curate" => it.curates(),
        "load-rates" => it.loads_rates(),
        "autoscale-shards" => daily(DAYS * 24.0 * 60.0 / minutes_between(scene), it.pace.seconds(memory, 0.0, 0.0)),
        "schedule-dms" => daily(DAYS, it.pace.seconds(memory, 0.0, 0.0)),
        _ => return None,
    })
}

/// What runs by the clock.
fn daily(runs: f64, seconds: f64) -> Traffic {
    Traffic { invocations: runs, seconds, hours: runs, ..Traffic::default() }
}

/// How often what is scheduled at a rate is begun.
fn minutes_between(scene: &Scene) -> f64 {
    let rates = scene.of_kind("AWS::Scheduler::Schedule").filter_map(|it| it.text("ScheduleExpression"));
    let mut minutes = rates.filter_map(|text| text.strip_prefix("rate(")?.split(' ').next()?.parse().ok());
    minutes.next().unwrap_or(5.0)
}

pub(crate) struct Program<'a> {
    runs: &'a Resource<'a>,
    scene: &'a Scene<'a>,
    pub(crate) volumes: &'a Volumes,
    pub(crate) memory: f64,
    pub(crate) pace: Pace,
}

impl Program<'_> {
    /// A setting of what hands it its batches.
    fn source(&self, name: &str, default: f64) -> f64 {
        self.scene.source(self.runs).and_then(|mapping| mapping.number(name)).unwrap_or(default)
    }

    /// Of a queue that is told of so many files a second.
    pub(crate) fn queue(&self, rate: f64, file_seconds: f64) -> Traffic {
        let window = self.source("MaximumBatchingWindowInSeconds", 0.0);
        let batch = queue_batch(rate, self.source("BatchSize", 10.0), window);
        let hours = (rate * 3600.0).min(1.0) * HOURS;
        Traffic { invocations: rate / batch * SECONDS, seconds: batch * file_seconds, hours, ..Traffic::default() }
    }

    fn consumes(&self, program: &str) -> Option<Traffic> {
        let taxi = self.volumes.taxi;
        let rate = taxi.events_per_second / shards(self.scene);
        let window = self.source("MaximumBatchingWindowInSeconds", 0.0);
        let batch = stream_batch(rate, self.source("BatchSize", 100.0), window, taxi.bytes_per_event);
        let invocations = taxi.events_per_second / batch * SECONDS;
        let traffic = Traffic {
            invocations,
            seconds: stream_seconds(program, self.memory, batch, taxi.bytes_per_event)?,
            hours: if taxi.events_per_second > 0.0 { HOURS } else { 0.0 },
            ..Traffic::default()
        };
        if program != "write-to-s3" {
            return Some(traffic);
        }
        let stored = taxi.events_per_second * taxi.bytes_per_event * SECONDS / 1e9;
        // It looks before it writes, and what is rejected has an object of its own.
        let rejecting = (batch * taxi.rejected_percent / 100.0).min(1.0);
        Some(Traffic { puts: invocations * 2.0 * (1.0 + rejecting), stored: vec![("OutputBucket", stored)], ..traffic })
    }

    fn consolidates(&self) -> Traffic {
        let it = self.volumes.accommodation;
        let (rate, bytes) = (it.files_per_hour / 3600.0, it.mb_per_file * 1e6);
        let out = bytes * it.kept_percent / 100.0;
        let objects = (out / self.runs.variable("ROLL_OVER").unwrap_or(500_000.0)).ceil();
        let files = rate * SECONDS;
        Traffic {
            // The file itself was put by somebody.
            puts: files * (1.0 + objects),
            gets: files,
            stored: vec![("AccommodationBucket", files * bytes / 1e9), ("OutputBucket", files * out / 1e9)],
            ..self.queue(rate, self.pace.streaming_seconds(self.memory, bytes, bytes))
        }
    }

    fn transforms(&self) -> Traffic {
        let it = self.volumes.flats;
        let (rate, packed) = (it.files_per_hour / 3600.0, it.mb_per_file * 1e6);
        let unpacked = packed * it.unpacked_times;
        let (files, out) = (rate * SECONDS, unpacked * it.kept_percent / 100.0);
        Traffic {
            puts: files * 4.0,
            gets: files,
            stored: vec![("FlatsBucket", files * packed / 1e9), ("CuratedBucket", files * out / 1e9)],
            ..self.queue(rate, self.pace.streaming_seconds(self.memory, packed, unpacked))
        }
    }

    fn loads(&self) -> Option<Traffic> {
        let it = self.volumes.flats;
        let rate = 3.0 * it.files_per_hour / 3600.0;
        let redshift = self.scene.resources.iter().any(|resource| resource.kind.starts_with("AWS::Redshift"));
        let bytes = it.mb_per_file * it.unpacked_times * it.kept_percent / 100.0 * 1e6 / 3.0;
        let seconds = Pace::of_loads(!redshift)?.seconds(self.memory, 0.0, bytes);
        Some(Traffic { gets: rate * SECONDS, ..self.queue(rate, seconds) })
    }

    fn sums_up(&self) -> Traffic {
        let it = self.volumes.orders;
        let stored = it.rows_per_day * it.bytes_per_row * BESIDE_ORDERS * DAYS / 1e9;
        Traffic {
            puts: 7.0 * DAYS,
            gets: 3.0 * DAYS,
            stored: vec![("RawBucket", stored)],
            ..daily(DAYS, self.pace.seconds(self.memory, it.rows_per_day, 0.0))
        }
    }

    fn pulls(&self) -> Traffic {
        let it = self.volumes.rates;
        let batches = it.batches_per_day * DAYS;
        let limit = self.runs.variable("REQUESTS_PER_MINUTE").unwrap_or(60.0);
        let seconds = pull_seconds(it.rows_per_batch, it.rows_per_page, limit) + self.pace.waiting_ms / 1_000.0;
        // A function goes on behind the last attempt as often as it has to.
        let attempts = self.runs.number("Timeout").map_or(1.0, |timeout| (seconds / timeout).ceil().max(1.0));
        let pages = (it.rows_per_batch / it.rows_per_page.max(1.0)).ceil();
        Traffic {
            puts: batches * (2.0 * pages + 1.0),
            gets: batches * attempts,
            stored: vec![("RawBucket", batches * it.rows_per_batch * it.bytes_per_row / 1e9)],
            ..daily(batches * attempts, seconds / attempts)
        }
    }

    fn curates(&self) -> Traffic {
        let it = self.volumes.rates;
        let batches = it.batches_per_day * DAYS;
        let spark = spark_takes(self.scene, it.rows_per_batch * it.bytes_per_row);
        // What Spark made is looked through and published by the function all the same.
        let work = if spark { it.rows_per_batch / 10.0 } else { it.rows_per_batch };
        let pages = (it.rows_per_batch / it.rows_per_page.max(1.0)).ceil();
        Traffic {
            puts: batches * (4.0 + it.rows_per_batch / 1e6),
            gets: batches * if spark { it.rows_per_batch / 1e6 } else { pages },
            stored: vec![("CuratedBucket", batches * it.rows_per_batch * PARQUET_BYTES / 1e9)],
            ..daily(batches, self.pace.seconds(self.memory, work, 0.0))
        }
    }

    fn loads_rates(&self) -> Traffic {
        // Before DMS it only prepares the tables.
        let by_dms = self.scene.program("schedule-dms").is_some();
        let rows = if by_dms { 0.0 } else { self.volumes.rates.rows_per_batch };
        Traffic { gets: DAYS * (3.0 + rows / 1e6), ..daily(DAYS, self.pace.seconds(self.memory, rows, 0.0)) }
    }
}
