//! Trips, and events that carry them.

use contract::{KinesisEvent, taxi};
use serde_json::json;
use std::path::Path;

use crate::RecordSchema;

/// Midnight that day 16,102 began, in seconds: 2014-02-01.
const MIDNIGHT: i64 = 1_391_212_800;

/// The schema that ships with the taxi pipeline.
///
/// # Panics
/// If that is broken.
pub fn schema() -> RecordSchema {
    match RecordSchema::compile(Path::new(taxi::RECORD_SCHEMA_FILE.name()), taxi::RECORD_SCHEMA) {
        Ok(schema) => schema,
        Err(error) => panic!("{error}"),
    }
}

/// A valid record.
pub fn trip(number: u64) -> String {
    json!({
        "TRIP_ID": format!("T{number}"),
        "CALL_TYPE": "C",
        "ORIGIN_CALL": "NA",
        "ORIGIN_STAND": "NA",
        "TAXI_ID": "20000589",
        "TIMESTAMP": "1391212800",
        "DAY_TYPE": "A",
        "MISSING_DATA": "False",
        "POLYLINE": "[[-8.618643,41.141412],[-8.618499,41.141376]]",
    })
    .to_string()
}

/// An event of these records of one shard, each with its number, which is also the second after midnight of
/// 2014-02-01 at which it arrived.
pub fn event<D: Into<Vec<u8>>>(records: impl IntoIterator<Item = (u64, D)>) -> KinesisEvent {
    let mut event = KinesisEvent::default();
    for (number, data) in records {
        let mut record = contract::KinesisEventRecord::default();
        record.event_id = Some(format!("shardId-000000000000:{number}"));
        record.event_source_arn = Some("arn:aws:kinesis:eu-central-1:123456789012:stream/ingress".to_owned());
        record.kinesis.sequence_number = number.to_string();
        record.kinesis.data.0 = data.into();
        let seconds = MIDNIGHT + i64::try_from(number).unwrap_or(i64::MAX / 2);
        record.kinesis.approximate_arrival_timestamp.0 =
            chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        event.records.push(record);
    }
    event
}
