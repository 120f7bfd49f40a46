//! The binary itself, as Lambda runs it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use runtime::testing::{aws_without_secrets, complaint, invoke, needs_each};
use serde_json::json;
use std::fs;

const BINARY: &str = env!("CARGO_BIN_EXE_orders-etl");
const POSTGRES: &str = "postgres://127.0.0.1:1/orders?secret=arn:aws:secretsmanager:eu-central-1:1:secret:db";

fn variables<'a>(root: &'a str, database: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("LAMBDA_TASK_ROOT", root),
        ("INPUT", "s3://raw/orders/"),
        ("EXPORTS", "s3://output/orders/"),
        ("DATABASE", database),
        ("AUTHORITIES", "rds.pem"),
        ("SCHEMA", "orders"),
        ("TIME_ZONE", "Europe/Berlin"),
        ("SECONDS", "60"),
        ("NOTICES", "arn:aws:sns:eu-central-1:123456789012:millrace-dev-orders"),
    ]
}

/// A folder with what the archive brings along.
fn unpacked() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("rds.pem"), contract::AUTHORITIES).unwrap();
    root
}

#[test]
fn what_is_missing_or_wrong_ends_it_at_once() {
    let root = unpacked();
    let path = root.path().to_str().unwrap();
    let all = variables(path, POSTGRES);
    needs_each(BINARY, &all);
    let other = complaint(BINARY, &variables(path, "redshift://c/dev?role=r&secret=s"));
    assert!(other.contains("DATABASE has to begin with postgres://"), "{other}");
    fs::write(root.path().join("rds.pem"), "none").unwrap();
    assert!(
        complaint(BINARY, &all).contains("there is no certificate"),
        "the authorities of the database are looked at"
    );
}

#[test]
fn a_database_that_cannot_be_signed_in_to_is_an_error_that_people_are_told_of() {
    let root = unpacked();
    let event = json!({ "today": "2022-09-05" });
    let variables = variables(root.path().to_str().unwrap(), POSTGRES);
    let invoked = invoke(BINARY, &variables, &event, aws_without_secrets).unwrap();
    let said = invoked.answer["errorMessage"].as_str().unwrap();
    assert!(said.contains("its password could not be read") && said.contains("secret:db: access denied"), "{said}");
    let [secret, notice] = &invoked.requests[..] else { panic!("two calls: {:?}", invoked.requests) };
    assert!(secret.headers["x-amz-target"].ends_with("GetSecretValue"), "it is not asked for again and again");
    assert!(notice.body.contains("Action=Publish"), "{}", notice.body);
    assert!(notice.body.contains("the%20orders%20of%202022-09-05%20failed"), "{}", notice.body);
}
