//! The binary itself, as Lambda runs it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use runtime::testing::{Request, complaint, invoke, needs_each, queue_event, told};
use serde_json::{Value, json};
use std::{fs, path::Path};

const BINARY: &str = env!("CARGO_BIN_EXE_load-warehouse");
const POSTGRES: &str = "postgres://127.0.0.1:1/warehouse?secret=arn:aws:secretsmanager:eu-central-1:1:secret:db";

fn variables<'a>(root: &'a str, warehouse: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("LAMBDA_TASK_ROOT", root),
        ("CLEAN", "s3://curated/flats/clean/"),
        ("LEDGER", "millrace-test-ledger"),
        ("WAREHOUSE", warehouse),
        ("AUTHORITIES", "rds.pem"),
        ("SECONDS", "60"),
        ("NOTICES", "arn:aws:sns:eu-central-1:123456789012:millrace-dev-alerts"),
        ("TRIES", "10"),
    ]
}

/// A folder with what the archive brings along.
fn unpacked() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("rds.pem"), contract::AUTHORITIES).unwrap();
    root
}

fn text(root: &Path) -> &str {
    root.to_str().unwrap()
}

#[test]
fn what_is_missing_or_wrong_ends_it_at_once() {
    let root = unpacked();
    let all = variables(text(root.path()), POSTGRES);
    needs_each(BINARY, &all);
    assert!(complaint(BINARY, &variables(text(root.path()), "mysql://h/d?secret=s")).contains("'mysql' is none of"));
    fs::write(root.path().join("rds.pem"), "none").unwrap();
    assert!(
        complaint(BINARY, &all).contains("there is no certificate"),
        "the authorities of the database are looked at"
    );
}

/// A table without items, and a secret that may not be read.
fn aws(request: &Request, _calls: usize) -> (u16, String) {
    let target = request.headers.get("x-amz-target").map_or("", String::as_str);
    match target.rsplit('.').next().unwrap_or_default() {
        "GetItem" | "PutItem" => (200, "{}".to_owned()),
        "GetSecretValue" => (400, json!({ "__type": "AccessDeniedException", "Message": "no" }).to_string()),
        _ => (404, String::new()),
    }
}

#[test]
fn a_warehouse_that_cannot_be_signed_in_to_leaves_the_message_in_the_queue() {
    let root = unpacked();
    let event = queue_event(&[told("s3://curated/flats/clean/2017-07-14/16/b/flats.csv.gz")]);
    let event: Value = serde_json::to_value(event).unwrap();
    let invoked = invoke(BINARY, &variables(text(root.path()), POSTGRES), &event, aws).unwrap();
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [{ "itemIdentifier": "message-0" }] }));
    for said in ["its password could not be read", "secret:db: access denied", "2017-07-14/16/b/flats.csv.gz"] {
        assert!(invoked.stdout.contains(said), "{said}: {}", invoked.stdout);
    }
    let calls: Vec<String> =
        invoked.requests.iter().filter_map(|one| one.headers.get("x-amz-target").cloned()).collect();
    let begins = ["DynamoDB_20120810.GetItem", "DynamoDB_20120810.PutItem", "secretsmanager.GetSecretValue"];
    assert_eq!(calls[..3], begins);
    let put: Value = serde_json::from_str(&invoked.requests[1].body).unwrap();
    assert_eq!(put["ConditionExpression"], "attribute_not_exists(#name)");
    assert_eq!(put["Item"]["object"]["S"], "s3://curated/flats/clean/2017-07-14/16/b/flats.csv.gz");
    assert_eq!((&put["Item"]["version"]["S"], &put["Item"]["state"]["S"]), (&"v1".into(), &"pending".into()));
    // It is given back at once, with the reason.
    let back: Value = serde_json::from_str(&invoked.requests.last().unwrap().body).unwrap();
    assert_eq!(back["TableName"], "millrace-test-ledger");
}
