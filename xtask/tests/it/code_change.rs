//! A second checkout: it builds the same archives, and a change of one function's code there is the change of one archive
//! and one stack.

use crate::common::{LocalStage, second_checkout};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

fn keys(report: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["artifacts"].as_array().unwrap().iter().map(|a| (text(&a["function"]), text(&a["key"]))).collect()
}

#[test]
fn a_change_of_one_function_is_one_archive_and_one_stack() {
    // One of them, with what all have in common: building all of them twice takes minutes.
    let here = LocalStage::here().json(&["build", "--stage", "local", "--function", "write-to-s3"]);
    let checkout = second_checkout();
    let stage = LocalStage::of(checkout.clone());

    let before = stage.json(&["deploy", "--stage", "local"]);
    for archive in here["archives"].as_array().unwrap() {
        let (function, sha256) = (archive["function"].as_str().unwrap(), archive["sha256"].as_str().unwrap());
        assert_eq!(keys(&before)[function], format!("{function}/{sha256}.zip"), "two checkouts, other bytes");
    }

    let source = checkout.join("functions/write-to-s3/src/folder.rs");
    let code = fs::read_to_string(&source).unwrap();
    let changed = code.replace("is not as this function writes it", "is not what this function writes");
    assert_ne!(code, changed);
    fs::write(&source, changed).unwrap();

    let after = stage.json(&["deploy", "--stage", "local"]);
    let uploaded: Vec<_> =
        after["artifacts"].as_array().unwrap().iter().filter(|a| a["uploaded"] == json!(true)).collect();
    assert_eq!(uploaded.len(), 1, "{after}");
    assert_eq!(uploaded[0]["function"], "write-to-s3");
    assert_eq!((&after["stacks"][0]["changed"], &after["stacks"][1]["changed"]), (&json!(false), &json!(true)));
    assert_eq!(after["stacks"][1]["status"], "UPDATE_COMPLETE");
    assert_eq!(keys(&before)["send-to-firehose"], keys(&after)["send-to-firehose"]);

    // What is deployed works.
    stage.json(&["send", "taxi", "--stage", "local", "--count", "100"]);
    stage.json(&["verify", "taxi", "--stage", "local", "--sent", "100", "--wait", "60"]);
}
