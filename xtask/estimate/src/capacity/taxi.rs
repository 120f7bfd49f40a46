//! A stream, its two consumers, and the delivery stream.

use stacks::stage::{Capacity, FunctionSize, Taxi};

use super::account::Account;
use super::advice::{Plan, whole};
use super::latency::{Latency, in_line};
use super::{GOOD, MEMORIES, Model, Part};
use crate::money::quantity;
use crate::traffic::{firehose_calls, stream_batch, stream_seconds};
use crate::volumes::Volumes;

const MIB: f64 = 1_048_576.0;
const RECORDS_PER_SHARD: f64 = 1_000.0;
/// Below one prefix of S3.
const WRITES_PER_SECOND: f64 = 3_500.0;
/// The most shards that a stage file can have.
const MOST_SHARDS: f64 = 500.0;

/// Shards that there can be, or on demand those that it takes.
pub(super) fn shards(taxi: &Taxi, volumes: &Volumes) -> f64 {
    match taxi.capacity {
        Capacity::Provisioned { shards, autoscale } => f64::from(autoscale.map_or(shards, |it| it.max_shards)),
        Capacity::OnDemand => needed_shards(volumes, 0.5).max(4.0),
    }
}

fn needed_shards(volumes: &Volumes, good: f64) -> f64 {
    let taxi = &volumes.taxi;
    let by_records = taxi.events_per_second / (RECORDS_PER_SHARD * good);
    by_records.max(taxi.events_per_second * taxi.bytes_per_event / (MIB * good)).ceil().max(1.0)
}

/// A consumer in one shard.
struct Consumer {
    /// Records a second that come.
    rate: f64,
    /// In a batch as they come, and how long it takes.
    batch: f64,
    seconds: f64,
    /// In a batch as large as there is, when records wait.
    full: f64,
    full_seconds: f64,
}

impl Consumer {
    fn of(program: &str, size: FunctionSize, taxi: &Taxi, volumes: &Volumes, shards: f64) -> Self {
        let bytes = volumes.taxi.bytes_per_event;
        let rate = volumes.taxi.events_per_second / shards;
        let (most, window) = (f64::from(taxi.consumers.batch_size), f64::from(taxi.consumers.batch_window_seconds));
        let (batch, full) = (stream_batch(rate, most, window, bytes), stream_batch(f64::MAX, most, 1.0, bytes));
        let seconds = |records| stream_seconds(program, f64::from(size.memory_mb), records, bytes).unwrap_or_default();
        Self { rate, batch, seconds: seconds(batch), full, full_seconds: seconds(full) }
    }

    /// Of what it gets through in a shard.
    fn utilisation(&self) -> f64 {
        self.rate * self.full_seconds / self.full
    }
}

pub(super) fn model(taxi: &Taxi, volumes: &Volumes, account: &Account) -> Model {
    let it = volumes.taxi;
    let (events, bytes) = (it.events_per_second, it.events_per_second * it.bytes_per_event);
    let shards = shards(taxi, volumes);
    let mut parts = match taxi.capacity {
        Capacity::Provisioned { .. } => vec![
            Part::new("records into shards", format!("{shards} x 1,000/s"), events / (shards * RECORDS_PER_SHARD)),
            // Both consumers read all of it, of twice as much.
            Part::new("bytes into shards, and out of them", format!("{shards} x 1 MiB/s"), bytes / (shards * MIB)),
        ],
        Capacity::OnDemand => {
            let limit = format!("{} MiB/s by quota", account.on_demand_mib);
            vec![Part::new("bytes into the stream", limit, bytes / MIB / account.on_demand_mib)]
        }
    };
    let programs = [("write-to-s3", taxi.write_to_s3), ("send-to-firehose", taxi.send_to_firehose)];
    let consumers = programs.map(|(name, size)| (name, size, Consumer::of(name, size, taxi, volumes, shards)));
    for (name, size, consumer) in &consumers {
        let pace = consumer.full / consumer.full_seconds;
        let limit = format!("{} records/s in each shard with {} MB", quantity(pace), size.memory_mb);
        parts.push(Part::new(*name, limit, consumer.utilisation()));
        let limit = format!("{} s", size.timeout_seconds);
        let used = consumer.full_seconds / f64::from(size.timeout_seconds);
        parts.push(Part::new(format!("a full batch of {name} in its time"), limit, used));
    }
    let [(_, _, writer), (_, _, sender)] = &consumers;
    let calls = events / sender.batch * firehose_calls(sender.batch, it.bytes_per_event);
    parts.extend([
        Part::new(
            "bytes into Firehose",
            format!("{} MiB/s by quota", account.firehose_mib),
            bytes / MIB / account.firehose_mib,
        ),
        Part::new(
            "records into Firehose",
            format!("{}/s by quota", quantity(account.firehose_records)),
            events / account.firehose_records,
        ),
        Part::new(
            "calls of Firehose",
            format!("{}/s by quota", quantity(account.firehose_requests)),
            calls / account.firehose_requests,
        ),
        Part::new("objects into one prefix of S3", "3,500/s", 2.0 * events / writer.batch / WRITES_PER_SECOND),
    ]);
    let used = parts.iter().map(|part| part.utilisation).fold(0.0, f64::max);
    let way = |consumer: &Consumer| {
        let fill =
            (consumer.batch / consumer.rate.max(1e-9)).min(f64::from(taxi.consumers.batch_window_seconds).max(1.0));
        let busy = consumer.rate * consumer.seconds / consumer.batch;
        let line = in_line(busy, consumer.seconds);
        (fill / 2.0 + 0.5 + consumer.seconds + line, fill + 1.0 + consumer.seconds + 2.0 * line)
    };
    let ((to_s3, to_s3_worst), (sent, sent_worst)) = (way(writer), way(sender));
    let gathered =
        f64::from(taxi.delivery.buffer_seconds).min(f64::from(taxi.delivery.buffer_mb) * 1e6 / bytes.max(1e-9));
    let formula = "a shard: window/2 + poll + duration + queueing, worst: window + poll + duration + 2 x queueing; \
                   queueing M/D/1: u x duration / 2(1 - u)";
    let latencies = vec![
        Latency::of("to S3, by write-to-s3", to_s3, to_s3_worst, used, formula),
        Latency::of(
            "to S3, by Firehose",
            sent + gathered / 2.0,
            sent_worst + gathered,
            used,
            "Firehose: that of a shard + half of the buffering, worst: all of it",
        ),
    ];
    Model::of("taxi", volumes, parts, latencies)
}

/// Batches and windows that make objects fewer, the largest last.
const GATHERING: [(u32, u32); 3] = [(2_000, 10), (5_000, 30), (10_000, 60)];

/// How many stages it takes: for their shards, and for the objects that they write below one prefix.
pub(super) fn split(taxi: &Taxi, volumes: &Volumes) -> f64 {
    let (shards, it) = (advised(taxi, volumes).0, volumes.taxi);
    let by_shards = if taxi.capacity == Capacity::OnDemand { 1.0 } else { shards / MOST_SHARDS };
    let (most, window) = GATHERING[GATHERING.len() - 1];
    let (most, window) = (most.max(taxi.consumers.batch_size), window.max(taxi.consumers.batch_window_seconds));
    let rate = it.events_per_second / shards;
    let batch = stream_batch(rate, f64::from(most), f64::from(window), it.bytes_per_event);
    let by_objects = 2.0 * it.events_per_second / batch / (WRITES_PER_SECOND * GOOD);
    by_shards.max(by_objects).ceil().max(1.0)
}

/// Shards, and the memory of both functions.
fn advised(taxi: &Taxi, volumes: &Volumes) -> (f64, [u32; 2]) {
    let programs = [("write-to-s3", taxi.write_to_s3), ("send-to-firehose", taxi.send_to_firehose)];
    let mut shards = shards(taxi, volumes).max(needed_shards(volumes, GOOD));
    let memories = programs.map(|(name, size)| {
        let used = |memory_mb, shards| {
            Consumer::of(name, FunctionSize { memory_mb, ..size }, taxi, volumes, shards).utilisation()
        };
        let enough = MEMORIES.into_iter().filter(|mb| *mb > size.memory_mb).find(|mb| used(*mb, shards) <= GOOD);
        let memory = if used(size.memory_mb, shards) <= GOOD { size.memory_mb } else { enough.unwrap_or(1_769) };
        let memory = memory.max(size.memory_mb);
        // What no memory makes fast enough is shared by more shards.
        shards = (shards * (used(memory, shards) / GOOD).max(1.0)).ceil();
        memory
    });
    (shards, memories)
}

pub(super) fn advise(taxi: &mut Taxi, volumes: &Volumes, plan: &mut Plan) {
    let (shards, [writer, sender]) = advised(taxi, volumes);
    let enough = whole(shards.min(MOST_SHARDS));
    match &mut taxi.capacity {
        Capacity::Provisioned { autoscale: Some(range), .. } => {
            plan.set("taxi.stream.autoscale.max_shards", &mut range.max_shards, enough);
        }
        Capacity::Provisioned { shards: now, .. } => plan.set("taxi.stream.shards", now, enough),
        Capacity::OnDemand => {}
    }
    plan.set("taxi.write_to_s3.memory_mb", &mut taxi.write_to_s3.memory_mb, writer);
    plan.set("taxi.send_to_firehose.memory_mb", &mut taxi.send_to_firehose.memory_mb, sender);
    let shards = self::shards(taxi, volumes);
    let sizes = [("write-to-s3", taxi.write_to_s3), ("send-to-firehose", taxi.send_to_firehose)];
    let needed = sizes.map(|(name, size)| {
        let seconds = Consumer::of(name, size, taxi, volumes, shards).full_seconds / GOOD;
        whole(seconds.ceil()).max(size.timeout_seconds).min(900)
    });
    plan.set("taxi.write_to_s3.timeout_seconds", &mut taxi.write_to_s3.timeout_seconds, needed[0]);
    plan.set("taxi.send_to_firehose.timeout_seconds", &mut taxi.send_to_firehose.timeout_seconds, needed[1]);
    // Objects that are too many are made fewer by a longer window and larger batches.
    let objects = |taxi: &Taxi| {
        2.0 * volumes.taxi.events_per_second
            / Consumer::of("write-to-s3", taxi.write_to_s3, taxi, volumes, shards).batch
            / WRITES_PER_SECOND
    };
    for (size, window) in GATHERING {
        if objects(taxi) > GOOD {
            let (batch, seconds) = (taxi.consumers.batch_size, taxi.consumers.batch_window_seconds);
            plan.set("taxi.consumers.batch_size", &mut taxi.consumers.batch_size, batch.max(size));
            plan.set(
                "taxi.consumers.batch_window_seconds",
                &mut taxi.consumers.batch_window_seconds,
                seconds.max(window),
            );
        }
    }
    let it = volumes.taxi;
    let mib = it.events_per_second * it.bytes_per_event / MIB;
    let sender = Consumer::of("send-to-firehose", taxi.send_to_firehose, taxi, volumes, shards);
    let calls = it.events_per_second / sender.batch * firehose_calls(sender.batch, it.bytes_per_event);
    plan.ask("Firehose: MiB/s of a delivery stream", |account| &mut account.firehose_mib, mib);
    plan.ask("Firehose: records/s of a delivery stream", |account| &mut account.firehose_records, it.events_per_second);
    plan.ask("Firehose: calls/s of a delivery stream", |account| &mut account.firehose_requests, calls);
    if taxi.capacity == Capacity::OnDemand {
        plan.ask("Kinesis: MiB/s of a stream on demand", |account| &mut account.on_demand_mib, mib);
    }
}
