//! From the body of a queue's message to the objects that it tells of.
//!
//! S3 tells of them itself, in which case keys are URL-encoded, or through `EventBridge`, in which case they are not.
//! Either may come wrapped by SNS.

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// SNS wraps once; one more is allowed for topics that feed topics through queues.
const WRAPPINGS: usize = 2;

/// What of a key's last part goes into a name.
const STEM: usize = 60;

/// An object that came to be, as its notification says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub bucket: String,
    /// Decoded.
    pub key: String,
    /// None where the bucket keeps no versions.
    pub version: Option<String>,
    pub etag: Option<String>,
    pub sequencer: Option<String>,
    pub size: Option<u64>,
    /// When it came to be. The same however often it is told.
    pub time: DateTime<Utc>,
}

/// A message that tells nothing that could be understood.
#[derive(Debug, thiserror::Error)]
pub enum BadNotification {
    #[error("the message is not JSON")]
    NotJson(#[from] serde_json::Error),
    #[error("the message is no notification of S3: it has neither Records nor detail nor Message")]
    Unknown,
    #[error("the message is wrapped more than {WRAPPINGS} times")]
    Wrapped,
    #[error("record {position} is not of S3 but of '{source_name}'")]
    Foreign { position: usize, source_name: String },
    #[error("record {position} has no {field}")]
    Missing { position: usize, field: &'static str },
    #[error("record {position}: the key '{key}' is not URL-encoded UTF-8")]
    Key { position: usize, key: String },
    #[error("record {position}: '{time}' is not a time")]
    Time { position: usize, time: String },
}

impl Told {
    /// What a message tells of. Nothing where it is S3's test, tells that something was deleted, or of a folder that
    /// the console made.
    pub fn parse(body: &str) -> Result<Vec<Self>, BadNotification> {
        unwrap(body, 0)
    }

    pub fn uri(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// What tells this state of the object from others: a version or, where there are none, what is in it.
    pub fn state(&self) -> &str {
        [&self.version, &self.etag, &self.sequencer].into_iter().flatten().next().map_or("", String::as_str)
    }

    /// A name for what is made of this object in this state, and of no other: readable, and safe as part of a key.
    pub fn name(&self) -> String {
        let last = self.key.rsplit('/').next().unwrap_or_default();
        let safe = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
        let stem: String = last.chars().map(safe).take(STEM).collect();
        let mut hash = Sha256::new();
        for part in [&self.bucket, &self.key, self.state()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let hash = digest.iter().take(12).fold(0_u128, |hash, byte| hash << 8 | u128::from(*byte));
        format!("{}-{hash:024x}", stem.trim_matches('.'))
    }
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "Records")]
    records: Option<Vec<Record>>,
    #[serde(rename = "Event")]
    event: Option<String>,
    #[serde(rename = "Message")]
    message: Option<String>,
    source: Option<String>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    time: Option<String>,
    detail: Option<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_source: Option<String>,
    event_name: Option<String>,
    event_time: Option<String>,
    s3: Option<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    bucket: Option<Bucket>,
    object: Option<Object>,
}

#[derive(Deserialize)]
struct Bucket {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Object {
    key: Option<String>,
    #[serde(alias = "versionId", alias = "version-id")]
    version: Option<String>,
    #[serde(alias = "eTag")]
    etag: Option<String>,
    sequencer: Option<String>,
    size: Option<u64>,
}

fn unwrap(body: &str, wrappings: usize) -> Result<Vec<Told>, BadNotification> {
    let body: Body = serde_json::from_str(body)?;
    if let Some(records) = body.records {
        return records
            .into_iter()
            .zip(1..)
            .filter_map(|(record, position)| of_s3(record, position).transpose())
            .collect();
    }
    if body.event.as_deref() == Some("s3:TestEvent") {
        return Ok(Vec::new());
    }
    if let Some(message) = body.message {
        return if wrappings < WRAPPINGS { unwrap(&message, wrappings + 1) } else { Err(BadNotification::Wrapped) };
    }
    let Some(detail) = body.detail else { return Err(BadNotification::Unknown) };
    let source = body.source.unwrap_or_default();
    if source != "aws.s3" {
        return Err(BadNotification::Foreign { position: 1, source_name: source });
    }
    if body.detail_type.as_deref() != Some("Object Created") {
        return Ok(Vec::new());
    }
    Ok(told(detail, body.time, |key| Some(key.to_owned()), 1)?.into_iter().collect())
}

fn of_s3(record: Record, position: usize) -> Result<Option<Told>, BadNotification> {
    let source = record.event_source.unwrap_or_default();
    if source != "aws:s3" {
        return Err(BadNotification::Foreign { position, source_name: source });
    }
    let name = record.event_name.ok_or(BadNotification::Missing { position, field: "eventName" })?;
    if !name.trim_start_matches("s3:").starts_with("ObjectCreated:") {
        return Ok(None);
    }
    let detail = record.s3.ok_or(BadNotification::Missing { position, field: "s3" })?;
    told(detail, record.event_time, url_decoded, position)
}

fn told(
    detail: Detail,
    time: Option<String>,
    decode: impl Fn(&str) -> Option<String>,
    position: usize,
) -> Result<Option<Told>, BadNotification> {
    let missing = |field| BadNotification::Missing { position, field };
    let bucket = detail.bucket.and_then(|bucket| bucket.name).ok_or_else(|| missing("bucket name"))?;
    let object = detail.object.ok_or_else(|| missing("object"))?;
    let key = object.key.ok_or_else(|| missing("object key"))?;
    let key = decode(&key).ok_or(BadNotification::Key { position, key })?;
    let time = time.ok_or_else(|| missing("time"))?;
    let time = match DateTime::parse_from_rfc3339(&time) {
        Ok(time) => time.to_utc(),
        Err(_) => return Err(BadNotification::Time { position, time }),
    };
    if key.ends_with('/') && object.size == Some(0) {
        return Ok(None);
    }
    // What was put while versioning was off or suspended has the version 'null', which the next put overwrites.
    let some = |text: Option<String>| text.filter(|text| !text.is_empty() && text != "null");
    let (version, etag, sequencer) = (some(object.version), some(object.etag), some(object.sequencer));
    Ok(Some(Told { bucket, key, version, etag, sequencer, size: object.size, time }))
}

fn url_decoded(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
#[path = "notification_tests.rs"]
mod tests;
