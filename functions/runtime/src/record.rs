//! Decoding of one record of the stream, the same for every consumer, so that all accept the same records.

use base64::{Engine, engine::general_purpose::STANDARD};
use contract::taxi::EVENT_ID;
use serde_json::{Value, json};

use crate::{Arrival, RecordSchema, json::Unambiguous};

/// What a line may measure, newline included: Firehose takes no longer record.
pub const LINE_LIMIT: usize = 1_000 * 1_024;

/// A reason is read by people and goes to logs; a record's own text must not flood it.
const REASON_LIMIT: usize = 1_000;

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
    /// As it came, or in base64 if it is not text.
    record: String,
    encoding: Option<&'static str>,
}

impl Rejected {
    /// What is put into quarantine: one line of JSON with its newline.
    pub fn line(&self) -> String {
        let mut line = json!({
            "source": format!("{}/{}", self.arrival.stream, self.arrival.shard),
            "sequence": self.arrival.sequence.as_str(),
            "reason": self.reason,
            "record": self.record,
        });
        if let Some(encoding) = self.encoding {
            line["record_encoding"] = encoding.into();
        }
        format!("{line}\n")
    }
}

pub(crate) fn decode(arrival: Arrival, data: Vec<u8>, schema: &RecordSchema) -> Result<Accepted, Box<Rejected>> {
    match line(&arrival, &data, schema) {
        Ok(line) => Ok(Accepted { arrival, line }),
        Err(reason) => {
            let (record, encoding) = match String::from_utf8(data) {
                Ok(text) => (text, None),
                Err(bytes) => (STANDARD.encode(bytes.as_bytes()), Some("base64")),
            };
            Err(Box::new(Rejected { arrival, reason: clip(&reason, REASON_LIMIT), record, encoding }))
        }
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
