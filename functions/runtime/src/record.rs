//! Decoding of one record of the stream, the same for every consumer, so that all accept the same records.

use contract::taxi::EVENT_ID;
use serde_json::Value;

use crate::{Arrival, Quarantined, RecordSchema, json::Unambiguous, quarantine::REASON_LIMIT};

/// What a line may measure, newline included: Firehose takes no longer record.
pub const LINE_LIMIT: usize = 1_000 * 1_024;

/// A record that is what the schema asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub arrival: Arrival,
    /// One line of JSON with its newline, the sequence number set as event id.
    pub line: String,
}

/// A record that is not, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    pub arrival: Arrival,
    pub reason: String,
    /// As it came.
    record: Vec<u8>,
}

impl Rejected {
    /// What is put into quarantine: one line of JSON with its newline.
    pub fn line(&self) -> String {
        Quarantined {
            source: &format!("{}/{}", self.arrival.stream, self.arrival.shard),
            place: ("sequence", self.arrival.sequence.as_str().into()),
            reason: &self.reason,
            record: &self.record,
            cut_from: None,
        }
        .line()
    }
}

pub(crate) fn decode(arrival: Arrival, data: Vec<u8>, schema: &RecordSchema) -> Result<Accepted, Box<Rejected>> {
    match line(&arrival, &data, schema) {
        Ok(line) => Ok(Accepted { arrival, line }),
        Err(reason) => Err(Box::new(Rejected { arrival, reason: clip(&reason, REASON_LIMIT), record: data })),
    }
}

fn line(arrival: &Arrival, data: &[u8], schema: &RecordSchema) -> Result<String, String> {
    let text = std::str::from_utf8(data).map_err(|e| format!("not UTF-8: wrong byte at {}", e.valid_up_to()))?;
    let Unambiguous(mut value) = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
    if !value.is_object() {
        return Err(format!("not a JSON object but {}", kind(&value)));
    }
    schema.check(&value)?;
    if let Some(fields) = value.as_object_mut() {
        // Last, wherever the producer may have had one.
        fields.shift_remove(EVENT_ID);
        fields.insert(EVENT_ID.to_owned(), arrival.sequence.as_str().into());
    }
    let line = format!("{value}\n");
    if line.len() > LINE_LIMIT {
        return Err(format!("too large: {} bytes as a line of JSON, {LINE_LIMIT} are allowed", line.len()));
    }
    Ok(line)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// At most so many characters of a text, marked where it was cut.
pub(crate) fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
