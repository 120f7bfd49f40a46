//! One record as it arrives from the stream.

use chrono::{DateTime, NaiveDate, Utc};
use contract::KinesisEvent;
use std::fmt;

use crate::{BadSequence, Sequence};

/// A UTC date, written `2014-02-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl From<DateTime<Utc>> for Day {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.date_naive())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a record was in the stream, and when it came there. The same in every delivery of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub stream: String,
    pub shard: String,
    pub sequence: Sequence,
    pub day: Day,
}

/// An event whose records do not say what they are. There is nothing to answer it with but an error, after which
/// Lambda delivers it again and at last gives it to the on-failure destination.
#[derive(Debug, thiserror::Error)]
pub enum BadEvent {
    #[error("record {position} of the event has no shard id in its event id '{event_id}'")]
    Shard { position: usize, event_id: String },
    #[error("record {position} of the event: {source}")]
    Sequence { position: usize, source: BadSequence },
}

/// The records of an event with their data, in the event's order. Positions in errors count from 1.
pub(crate) fn arrivals(event: KinesisEvent) -> impl Iterator<Item = Result<(Arrival, Vec<u8>), BadEvent>> {
    event.records.into_iter().zip(1..).map(|(record, position)| {
        let event_id = record.event_id.unwrap_or_default();
        let Some(shard) = event_id.split_once(':').map(|(shard, _)| shard).filter(|shard| is_plain(shard)) else {
            return Err(BadEvent::Shard { position, event_id });
        };
        let sequence = Sequence::parse(&record.kinesis.sequence_number)
            .map_err(|source| BadEvent::Sequence { position, source })?;
        let arn = record.event_source_arn.unwrap_or_default();
        let arrival = Arrival {
            stream: arn.rsplit('/').next().unwrap_or_default().to_owned(),
            shard: shard.to_owned(),
            sequence,
            day: record.kinesis.approximate_arrival_timestamp.0.into(),
        };
        Ok((arrival, record.kinesis.data.0))
    })
}

/// A shard id becomes part of object names.
fn is_plain(shard: &str) -> bool {
    !shard.is_empty() && shard.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(event_id: &str, sequence: &str) -> KinesisEvent {
        serde_json::from_value(json!({ "Records": [{
            "eventID": event_id,
            "eventSourceARN": "arn:aws:kinesis:eu-central-1:123456789012:stream/millrace-dev-ingress",
            "kinesis": { "sequenceNumber": sequence, "data": "SGk=", "approximateArrivalTimestamp": 1_391_299_199.999 },
        }] }))
        .unwrap()
    }

    #[test]
    fn says_where_and_when() {
        let (arrival, data) = arrivals(event("shardId-000000000001:42", "42")).next().unwrap().unwrap();
        assert_eq!(arrival.stream, "millrace-dev-ingress");
        assert_eq!(arrival.shard, "shardId-000000000001");
        assert_eq!(arrival.sequence.as_str(), "42");
        assert_eq!(arrival.day.to_string(), "2014-02-01", "one millisecond before midnight UTC");
        assert_eq!(data, b"Hi");
    }

    #[test]
    fn a_record_without_shard_or_number_is_a_bad_event() {
        let why = |id, sequence| arrivals(event(id, sequence)).next().unwrap().unwrap_err().to_string();
        assert_eq!(why("", "42"), "record 1 of the event has no shard id in its event id ''");
        assert_eq!(why("a/b:42", "42"), "record 1 of the event has no shard id in its event id 'a/b:42'");
        assert!(why("shardId-0:x", "x").contains("'x' is not a sequence number"));
    }
}
