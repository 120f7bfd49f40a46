//! The binary itself, as Lambda runs it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use runtime::testing::{Request, end_of, invoke};
use serde_json::json;
use std::fs;

const BINARY: &str = env!("CARGO_BIN_EXE_load-rates");
const POSTGRES: &str = "postgres://127.0.0.1:1/rates?secret=arn:aws:secretsmanager:eu-central-1:1:secret:db";

fn variables<'a>(root: &'a str, database: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("LAMBDA_TASK_ROOT", root),
        ("CURATED", "s3://curated/rates/"),
        ("REFERENCE", "s3://raw/rates/reference/"),
        ("DATABASE", database),
        ("AUTHORITIES", "rds.pem"),
        ("SECONDS", "60"),
        ("NOTICES", "arn:aws:sns:eu-central-1:123456789012:millrace-dev-alerts"),
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
    let said = |variables: &[(&str, &str)]| {
        let output = end_of(BINARY, variables).unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    let all = variables(path, POSTGRES);
    for (number, (name, _)) in all.iter().enumerate() {
        let mut some = all.clone();
        some.remove(number);
        let said = said(&some);
        assert!(said.contains(name), "{name}: {said}");
    }
    let other = said(&variables(path, "redshift://c/dev?role=r&secret=s"));
    assert!(other.contains("DATABASE has to begin with postgres://"), "{other}");
    fs::write(root.path().join("rds.pem"), "none").unwrap();
    assert!(said(&all).contains("there is no certificate"), "the authorities of the database are looked at");
}

/// A secret that may not be read, and a topic that takes what it is given.
fn aws(request: &Request, _calls: usize) -> (u16, String) {
    if request.headers.get("x-amz-target").is_some_and(|target| target.ends_with("GetSecretValue")) {
        return (400, json!({ "__type": "AccessDeniedException", "Message": "no" }).to_string());
    }
    let published = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
                     <MessageId>1</MessageId></PublishResult></PublishResponse>";
    (200, published.to_owned())
}

#[test]
fn a_database_that_cannot_be_signed_in_to_is_an_error_that_people_are_told_of() {
    let root = unpacked();
    let variables = variables(root.path().to_str().unwrap(), POSTGRES);
    let invoked = invoke(BINARY, &variables, &json!({ "scheduled": "2026-11-22T03:00:00Z" }), aws).unwrap();
    let said = invoked.answer["errorMessage"].as_str().unwrap();
    assert!(said.contains("its password could not be read") && said.contains("secret:db: access denied"), "{said}");
    let [secret, notice] = &invoked.requests[..] else { panic!("two calls: {:?}", invoked.requests) };
    assert!(secret.headers["x-amz-target"].ends_with("GetSecretValue"), "it is not asked for again and again");
    assert!(notice.body.contains("the%20newest%20prices%20failed"), "{}", notice.body);
}
