//! The binary itself, as Lambda runs it, with S3 played by the test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use contract::metric;
use runtime::testing::{Aws, Invoked, end_of, invoke, queue_event, told};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_clean-sample");
const VARIABLES: [(&str, &str); 6] = [
    ("SOURCE", "s3://in/sample/"),
    ("CLEAN", "s3://out/sample/clean/"),
    ("REJECTED", "s3://out/sample/rejected/"),
    ("MAX_RECORD", "64000"),
    ("NOTICES", "arn:aws:sns:eu-central-1:123456789012:millrace-dev-alerts"),
    ("TRIES", "10"),
];

fn run(aws: Aws) -> Invoked {
    let event = serde_json::to_value(queue_event(&[told("s3://in/sample/a.jsonl")])).unwrap();
    invoke(BINARY, &VARIABLES, &event, aws).unwrap()
}

#[test]
fn wrong_variables_are_named_before_any_event() {
    let words = |variables: &[(&str, &str)]| String::from_utf8(end_of(BINARY, variables).unwrap().stdout).unwrap();
    assert!(words(&[]).contains("missing field `SOURCE`"));
    let with = |name: &str, value: &'static str| VARIABLES.map(|(n, v)| (n, if n == name { value } else { v }));
    assert!(words(&with("MAX_RECORD", "many")).contains("'many' is not a whole number"));
    assert!(words(&with("CLEAN", "s3://out")).contains("'s3://out' is not a folder"));
}

#[test]
fn a_file_is_read_in_its_version_and_cleaned() {
    let invoked = run(|request, _| match request.method.as_str() {
        "GET" => (200, "{\"id\":\" 7 \"}\nno record\n".to_owned()),
        _ => (200, String::new()),
    });
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [] }), "{}", invoked.stdout);
    let [get, rejected, put] = &invoked.requests[..] else { panic!("{:?}", invoked.requests) };
    assert_eq!(get.path, "/in/sample/a.jsonl?versionId=v1");
    assert!(rejected.path.starts_with("/out/sample/rejected/year%3D2017/month%3D07/day%3D14/a.jsonl-"));
    assert_eq!(serde_json::from_str::<Value>(&rejected.body).unwrap()["line"], 2);
    assert!(put.path.starts_with("/out/sample/clean/year%3D2017/month%3D07/day%3D14/a.jsonl-"), "{}", put.path);
    assert_eq!(put.body, "{\"id\":\"7\"}\n");
    let line = invoked.stdout.lines().find(|line| line.contains("_aws")).expect("a line of metrics");
    let metrics: Value = serde_json::from_str(line).unwrap();
    assert_eq!([metric::IN, metric::OUT, metric::REJECTED].map(|name| metrics[name].clone()), [2, 1, 1]);
}

#[test]
fn what_cannot_be_written_is_handed_back() {
    let invoked = run(|request, _| match request.method.as_str() {
        "GET" => (200, "{\"id\":\"7\"}\n".to_owned()),
        _ => (403, "<Error><Code>AccessDenied</Code></Error>".to_owned()),
    });
    assert_eq!(invoked.answer["batchItemFailures"][0]["itemIdentifier"], "message-0");
}
