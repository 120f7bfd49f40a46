use super::*;
use crate::{
    Batch,
    testing::{event, schema, trip},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::{Map, json};

fn decoded(data: impl Into<Vec<u8>>) -> Batch {
    Batch::decode(event([(42, data)]), &schema()).unwrap()
}

fn line(data: impl Into<Vec<u8>>) -> String {
    let batch = decoded(data);
    assert!(batch.rejected.is_empty(), "{:?}", batch.rejected);
    batch.accepted.into_iter().next().unwrap().line
}

fn rejected(data: impl Into<Vec<u8>>) -> Rejected {
    decoded(data).rejected.into_iter().next().expect("rejected")
}

fn trip_with(change: impl FnOnce(&mut Map<String, Value>)) -> String {
    let mut trip: Value = serde_json::from_str(&trip(1)).unwrap();
    change(trip.as_object_mut().unwrap());
    trip.to_string()
}

#[test]
fn the_sequence_number_becomes_the_event_id_and_all_else_stays() {
    let trip = trip(1);
    let expected = format!("{},\"event_id\":\"42\"}}\n", trip.trim_end_matches('}'));
    assert_eq!(line(trip), expected);
}

#[test]
fn an_event_id_of_the_producer_is_overwritten() {
    let first = trip_with(|trip| drop(trip.shift_insert(0, "event_id".into(), json!(7))));
    assert_eq!(line(first), line(trip(1)));
}

#[test]
fn pretty_printed_json_becomes_one_line() {
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&trip(1)).unwrap()).unwrap();
    assert_eq!(line(format!("\n {pretty}\r\n")), line(trip(1)));
}

#[test]
fn what_is_not_json_is_rejected_with_the_place() {
    assert_eq!(rejected("").reason, "not JSON: EOF while parsing a value at line 1 column 0");
    assert_eq!(rejected("{\n\"TRIP_ID\": x}").reason, "not JSON: expected value at line 2 column 12");
    assert!(rejected("{} {}").reason.starts_with("not JSON: trailing characters"));
    assert!(rejected("\u{feff}{}").reason.starts_with("not JSON: "));
    assert!(rejected("[".repeat(10_000)).reason.starts_with("not JSON: recursion limit exceeded"));
    assert!(rejected(r#"{"a": "\ud800"}"#).reason.starts_with("not JSON: "));
    assert!(rejected("{\"a\": NaN}").reason.starts_with("not JSON: "));
}

#[test]
fn what_is_not_an_object_is_rejected() {
    assert_eq!(rejected("[1]").reason, "not a JSON object but an array");
    assert_eq!(rejected("null").reason, "not a JSON object but null");
    assert_eq!(rejected("\"trip\"").reason, "not a JSON object but a string");
}

#[test]
fn a_key_twice_is_rejected() {
    let twice = trip(1).replacen("\"CALL_TYPE\"", "\"TRIP_ID\"", 1);
    assert!(rejected(twice).reason.starts_with("not JSON: key 'TRIP_ID' is there twice at line 1"));
}

#[test]
fn what_is_not_text_is_kept_in_base64() {
    let record = rejected(*b"\xf3\x89\x9a\xc2aggregated");
    assert_eq!(record.reason, "not UTF-8: wrong byte at 0");

    assert!(record.line().ends_with(",\"record\":\"84mawmFnZ3JlZ2F0ZWQ=\",\"record_encoding\":\"base64\"}\n"));
}

#[test]
fn every_schema_problem_is_named_with_its_field() {
    let wrong = trip_with(|trip| {
        trip.shift_remove("TRIP_ID");
        trip.insert("CALL_TYPE".into(), json!("D"));
        trip.insert("TAXI_ID".into(), json!(20_000_589));
    });
    let reason = rejected(wrong).reason;
    assert!(reason.contains("\"TRIP_ID\" is a required property"), "{reason}");
    assert!(reason.contains("CALL_TYPE: value is not one of \"A\", \"B\" or \"C\""), "{reason}");
    assert!(reason.contains("TAXI_ID: value is not of type \"string\""), "{reason}");
}

#[test]
fn an_origin_that_does_not_fit_the_call_type_is_rejected() {
    let reason = rejected(trip_with(|trip| drop(trip.insert("ORIGIN_CALL".into(), json!("2002"))))).reason;
    assert!(reason.starts_with("ORIGIN_CALL: "), "{reason}");
}

#[test]
fn a_line_may_measure_1000_kib_with_its_newline_and_not_a_byte_more() {
    let bare = line(trip_with(|trip| drop(trip.insert("note".into(), json!(""))))).len();
    let sized = |size: usize| trip_with(|trip| drop(trip.insert("note".into(), json!("x".repeat(size - bare)))));
    assert_eq!(line(sized(1_024_000)).len(), 1_024_000);
    assert_eq!(rejected(sized(1_024_001)).reason, "too large: 1024001 bytes as a line of JSON, 1024000 are allowed");
}

#[test]
fn a_reason_never_quotes_the_record_nor_grows_with_it() {
    let secret = "s3cr3t".repeat(10_000);
    for wrong in [
        trip_with(|trip| drop(trip.insert("CALL_TYPE".into(), json!(secret)))),
        trip_with(|trip| drop(trip.insert("POLYLINE".into(), json!([secret])))),
        trip_with(|trip| trip.values_mut().for_each(|value| *value = json!({ "deep": secret }))),
        format!("{{\"a\": {secret}}}"),
        secret,
    ] {
        let record = rejected(wrong.clone());
        assert!(!record.reason.contains("s3cr3t"), "{}", record.reason);
        assert!(record.reason.len() < 2_000);
        assert_eq!(record.record, wrong.as_bytes());
    }
    let long_key = "k".repeat(100_000);
    assert!(rejected(format!("{{\"{long_key}\":1,\"{long_key}\":1}}")).reason.len() < 200);
}

#[test]
fn quarantine_says_source_sequence_reason_and_record() {
    assert_eq!(
        serde_json::from_str::<Value>(&rejected("[]").line()).unwrap(),
        json!({
            "source": "ingress/shardId-000000000000",
            "sequence": "42",
            "reason": "not a JSON object but an array",
            "record": "[]",
        })
    );
}

#[test]
fn numbers_come_out_as_they_went_in() {
    let numbers = trip_with(|trip| drop(trip.insert("n".into(), json!([0.1, 1.797_693_134_862_315_7e308, 5e-324]))));
    assert!(line(&*numbers).contains("[0.1,1.7976931348623157e+308,5e-324]"));
}

proptest! {
    #[test]
    fn any_bytes_are_accepted_or_rejected_never_both_and_never_lost(data: Vec<u8>) {
        let batch = decoded(data.clone());
        prop_assert_eq!((batch.accepted.len(), batch.rejected.len()), (0, 1));
        let record = &batch.rejected[0];
        let line: Value = serde_json::from_str(&record.line()).unwrap();
        let text = line["record"].as_str().unwrap();
        let kept = match line.get("record_encoding") {
            None => text.as_bytes().to_vec(),
            Some(_) => STANDARD.decode(text).unwrap(),
        };
        prop_assert_eq!(kept, data);
    }

    #[test]
    fn any_text_in_a_trip_stays_on_one_line(note: String) {
        let line = line(trip_with(|trip| drop(trip.insert("note".into(), json!(note)))));
        prop_assert_eq!(line.find('\n'), Some(line.len() - 1));
        let value: Value = serde_json::from_str(&line).unwrap();
        prop_assert_eq!(value["note"].as_str(), Some(&*note));
    }
}
