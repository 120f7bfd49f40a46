//! Notifications of objects, and queues that deliver them.

use chrono::{DateTime, SecondsFormat, Utc};
use contract::{QueueEvent, QueueMessage};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::Told;

/// An object that came to be an hour before midnight of 2017-07-14, in its first version.
///
/// # Panics
/// If the URI is not of an object.
pub fn told(uri: &str) -> Told {
    let place = uri.strip_prefix("s3://").and_then(|place| place.split_once('/'));
    let (bucket, key) = place.expect("the URI of an object");
    Told {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version: Some("v1".to_owned()),
        etag: Some("d41d8cd98f00b204e9800998ecf8427e".to_owned()),
        sequencer: None,
        size: Some(1),
        time: DateTime::<Utc>::from_timestamp(1_500_073_200, 0).unwrap_or_default(),
    }
}

/// A message for each object, as S3 itself tells of them; the first message is `message-0`.
pub fn queue_event(objects: &[Told]) -> QueueEvent {
    let mut event = QueueEvent::default();
    for (number, told) in objects.iter().enumerate() {
        let mut message = QueueMessage::default();
        message.message_id = Some(format!("message-{number}"));
        message.body = Some(plain(told).to_string());
        event.records.push(message);
    }
    event
}

/// The same messages, each handed out so many times.
#[must_use]
pub fn received(mut event: QueueEvent, times: &[usize]) -> QueueEvent {
    for (message, times) in event.records.iter_mut().zip(times) {
        message.attributes.insert("ApproximateReceiveCount".to_owned(), times.to_string());
    }
    event
}

/// What S3 itself tells of an object.
pub fn plain(told: &Told) -> Value {
    let key: String = utf8_percent_encode(&told.key, NON_ALPHANUMERIC).to_string();
    json!({ "Records": [{
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventTime": told.time.to_rfc3339_opts(SecondsFormat::Millis, true),
        "s3": {
            "bucket": { "name": told.bucket },
            "object": {
                "key": key,
                "versionId": told.version,
                "eTag": told.etag,
                "sequencer": told.sequencer,
                "size": told.size,
            },
        },
    }] })
}
