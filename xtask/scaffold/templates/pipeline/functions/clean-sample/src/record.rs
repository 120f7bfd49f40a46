//! One record: a line of JSON, and what it is cleaned to.

use contract::sample::ID;
use serde_json::{Map, Value};

/// The record as one line, without what says nothing; or why it is none.
pub(crate) fn clean(line: &[u8]) -> Result<String, String> {
    let value: Value = serde_json::from_slice(line).map_err(|error| format!("not JSON: {error}"))?;
    let Value::Object(fields) = value else { return Err("not a JSON object".to_owned()) };
    let fields: Map<String, Value> = fields.into_iter().filter_map(|(key, value)| Some((key, tidy(value)?))).collect();
    if fields.get(ID).and_then(Value::as_str).is_none() {
        return Err(format!("{ID} is missing"));
    }
    Ok(Value::Object(fields).to_string())
}

/// A text without blanks around it; nothing is left of a text of blanks and of null.
fn tidy(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(Value::from),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_says_nothing_is_left_out() {
        let line = br#" {"id": " a-1 ", "note": "  ", "gone": null, "value": 1.5, "tags": [null]} "#;
        assert_eq!(clean(line), Ok(r#"{"id":"a-1","value":1.5,"tags":[null]}"#.to_owned()));
    }

    #[test]
    fn what_is_no_record_has_a_reason() {
        for (line, reason) in [
            ("{\"id\": \"a\"", "not JSON: "),
            ("[1]", "not a JSON object"),
            ("{\"value\": 1}", "id is missing"),
            ("{\"id\": \" \"}", "id is missing"),
            ("{\"id\": 7}", "id is missing"),
        ] {
            let answer = clean(line.as_bytes()).unwrap_err();
            assert!(answer.starts_with(reason), "{line}: {answer}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_with_one_line_or_a_reason(line: Vec<u8>) {
            match clean(&line) {
                Ok(cleaned) => prop_assert!(!cleaned.contains('\n')),
                Err(reason) => prop_assert!(!reason.is_empty()),
            }
        }

        #[test]
        fn what_is_clean_stays_as_it_is(id in "[a-z0-9]{1,9}", note: String, value in -1e6..1e6_f64) {
            let line = serde_json::json!({ ID: id, "note": note, "value": value }).to_string();
            let once = clean(line.as_bytes()).unwrap();
            prop_assert_eq!(clean(once.as_bytes()), Ok(once));
        }
    }
}
