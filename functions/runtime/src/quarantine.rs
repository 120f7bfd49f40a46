//! How a record that cannot be used is kept: one line of JSON that says where it was, why, and what it was.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::record::clip;

/// A reason is read by people and goes to logs; a record's own text must not flood it.
pub(crate) const REASON_LIMIT: usize = 1_000;

/// One such record.
pub struct Quarantined<'a> {
    /// Where it came from: `stream/shard`, or an object's URI.
    pub source: &'a str,
    /// Which one it was there: the field's name, `sequence` or `line`, and its value.
    pub place: (&'static str, Value),
    pub reason: &'a str,
    pub record: &'a [u8],
    /// Only its beginning is kept, out of so many bytes.
    pub cut_from: Option<u64>,
}

impl Quarantined<'_> {
    /// With its newline. A record that is not text stands there in base64.
    pub fn line(&self) -> String {
        let (field, value) = &self.place;
        let mut line = json!({ "source": self.source, *field: value, "reason": clip(self.reason, REASON_LIMIT) });
        match (std::str::from_utf8(self.record), self.cut_from) {
            (Ok(text), _) => line["record"] = text.into(),
            // Cut within a character, which is not the record's fault.
            (Err(error), Some(_)) if error.error_len().is_none() => {
                line["record"] = String::from_utf8_lossy(&self.record[..error.valid_up_to()]).into();
            }
            (Err(_), _) => {
                line["record"] = STANDARD.encode(self.record).into();
                line["record_encoding"] = "base64".into();
            }
        }
        if let Some(bytes) = self.cut_from {
            line["record_bytes"] = bytes.into();
        }
        format!("{line}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(record: &[u8], cut_from: Option<u64>) -> Value {
        let reason = "x".repeat(2_000);
        let quarantined =
            Quarantined { source: "s3://b/k", place: ("line", 3.into()), reason: &reason, record, cut_from };
        let line = quarantined.line();
        assert_eq!(line.find('\n'), Some(line.len() - 1));
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["source"], &line["line"]), (&json!("s3://b/k"), &json!(3)));
        assert!(line["reason"].as_str().unwrap().len() < 1_100);
        line
    }

    #[test]
    fn text_stands_as_it_is_and_bytes_in_base64() {
        assert_eq!(line(b"a \n \"b\"", None)["record"], "a \n \"b\"");
        let bytes = line(b"\xff", None);
        assert_eq!((&bytes["record"], &bytes["record_encoding"]), (&json!("/w=="), &json!("base64")));
    }

    #[test]
    fn what_is_cut_says_so() {
        let cut = line("Zürich".as_bytes().split_at(2).0, Some(7));
        assert_eq!((&cut["record"], &cut["record_bytes"]), (&json!("Z"), &json!(7)));
        assert_eq!(line(b"\xff\xffabc", Some(9))["record_encoding"], "base64");
    }
}
