//! Streams, queues, topics, schedules: what goes from one to the other.

use super::Bill;
use crate::scene::{Resource, SHARED, Scene};
use crate::{DAYS, SECONDS, traffic};

const KB: f64 = 1024.0;
const PUT_UNIT: f64 = 25.0 * KB;
/// A day's retention is in the price; up to a week is by the shard, what is kept longer by its size.
const DAY: f64 = 24.0;
const WEEK: f64 = 168.0;

pub(super) fn stream(stream: &Resource, scene: &Scene, bill: &mut Bill) {
    let taxi = scene.volumes.taxi;
    let events = taxi.events_per_second * SECONDS;
    let gigabytes = events * taxi.bytes_per_event / 1e9;
    let retention = stream.number("RetentionPeriodHours").unwrap_or(24.0);
    let month = SECONDS / 3600.0;
    if stream.text("StreamModeDetails.StreamMode") == Some("ON_DEMAND") {
        let counted = events * (taxi.bytes_per_event / KB).ceil() * KB / 1e9;
        let readers = scene.of_kind("AWS::Lambda::EventSourceMapping").filter(|mapping| {
            mapping.stack == stream.stack && mapping.value("EventSourceArn")["Fn::GetAtt"][0] == stream.id
        });
        bill.hourly(stream, "Kinesis", "kinesis.on-demand.stream", 1.0);
        bill.volume(stream, "Kinesis", "kinesis.on-demand.in", counted);
        #[expect(clippy::cast_precision_loss, reason = "two, as a rule")]
        bill.volume(stream, "Kinesis", "kinesis.on-demand.out", counted * readers.count() as f64);
        let days = (retention.min(WEEK) - DAY).max(0.0);
        bill.volume(stream, "Kinesis", "kinesis.on-demand.extended", gigabytes * days / month);
    } else {
        let shards = stream.number("ShardCount").unwrap_or(1.0);
        bill.hourly(stream, "Kinesis", "kinesis.shard", shards);
        if retention > DAY {
            bill.hourly(stream, "Kinesis", "kinesis.extended", shards);
        }
        bill.volume(stream, "Kinesis", "kinesis.put", events * (taxi.bytes_per_event / PUT_UNIT).ceil().max(1.0));
    }
    bill.volume(stream, "Kinesis", "kinesis.long-term", gigabytes * (retention - WEEK).max(0.0) / month);
}

pub(super) fn delivery(delivery: &Resource, scene: &Scene, bill: &mut Bill) {
    let taxi = scene.volumes.taxi;
    let accepted = taxi.events_per_second * (1.0 - taxi.rejected_percent / 100.0);
    let step = 5.0 * KB;
    let counted = accepted * (taxi.bytes_per_event / step).ceil() * step * SECONDS / 1e9;
    bill.volume(delivery, "Firehose", "firehose.in", counted);
    let hint = |name: &str, default| {
        delivery.number(&format!("ExtendedS3DestinationConfiguration.BufferingHints.{name}")).unwrap_or(default)
    };
    let by_size = accepted * taxi.bytes_per_event / (hint("SizeInMBs", 5.0) * 1e6);
    let objects = by_size.max(1.0 / hint("IntervalInSeconds", 300.0).max(1.0)).min(accepted);
    bill.volume(delivery, "S3", "s3.put", objects * SECONDS);
}

/// Lambda asks a queue all the time, with so many pollers, each waiting so long for an answer.
const POLLERS: f64 = 5.0;
const POLL_SECONDS: f64 = 20.0;

pub(super) fn queue(queue: &Resource, scene: &Scene, bill: &mut Bill) {
    let mapping = scene
        .of_kind("AWS::Lambda::EventSourceMapping")
        .find(|mapping| mapping.stack == queue.stack && mapping.value("EventSourceArn")["Fn::GetAtt"][0] == queue.id);
    // A queue of what failed costs nothing while nothing fails.
    let Some(mapping) = mapping else { return };
    bill.monthly(queue, "SQS", "sqs.requests", POLLERS * SECONDS / POLL_SECONDS);
    let told_of = [
        ("consolidate", scene.volumes.accommodation.files_per_hour),
        ("transform", scene.volumes.flats.files_per_hour),
        ("load-warehouse", 3.0 * scene.volumes.flats.files_per_hour),
    ];
    let program = scene.called(mapping).and_then(Resource::program);
    let Some((_, files)) = told_of.iter().find(|(reader, _)| program == Some(*reader)) else {
        return bill.unknown(queue, "how much goes through it is not known");
    };
    // Sent, received, deleted.
    bill.volume(queue, "SQS", "sqs.requests", 3.0 * files * SECONDS / 3600.0);
}

/// Of the stage's alerts, or of a daily run.
fn notices(topic: &str, scene: &Scene) -> f64 {
    let topic = scene.resources.iter().find(|resource| resource.id == topic);
    if topic.is_none_or(|topic| topic.pipeline == SHARED) { scene.volumes.notices_per_month } else { DAYS }
}

pub(super) fn topic(topic: &Resource, scene: &Scene, bill: &mut Bill) {
    bill.volume(topic, "SNS", "sns.requests", notices(topic.id, scene));
}

pub(super) fn subscription(subscription: &Resource, scene: &Scene, bill: &mut Bill) {
    if subscription.text("Protocol").is_some_and(|protocol| protocol.starts_with("email")) {
        let topic = subscription.value("TopicArn")["Ref"].as_str().unwrap_or_default();
        bill.volume(subscription, "SNS", "sns.email", notices(topic, scene));
    }
}

pub(super) fn schedule(schedule: &Resource, _: &Scene, bill: &mut Bill) {
    bill.volume(schedule, "EventBridge", "scheduler.invocations", DAYS);
}

pub(super) fn rule(rule: &Resource, scene: &Scene, bill: &mut Bill) {
    if rule.value("EventPattern").is_null() {
        return bill.unknown(rule, "how often it matches is not known");
    }
    match scene.program("transform").and_then(|function| traffic::of("transform", function, scene)) {
        // S3 tells of each of its files.
        Some(_) => bill.volume(rule, "EventBridge", "events.events", 3.0 * scene.volumes.flats.files_per_hour * 730.0),
        None => bill.unknown(rule, "how often it matches is not known"),
    }
}
