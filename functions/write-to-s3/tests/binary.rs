//! The binary itself, as Lambda runs it, with S3 played by the test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use contract::metric;
use runtime::testing::{Aws, Invoked, end_of, event, invoke, trip};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_write-to-s3");
/// Where the schema lies here, as it lies beside the binary in an archive.
const ROOT: (&str, &str) = ("LAMBDA_TASK_ROOT", concat!(env!("CARGO_MANIFEST_DIR"), "/../contract/schemas"));
const SCHEMA: (&str, &str) = ("RECORD_SCHEMA", "taxi-trip.json");
const WRITTEN: (&str, &str) = ("WRITTEN", "s3://out/context=write_to_s3/");
const REJECTED: (&str, &str) = ("REJECTED", "s3://out/context=rejected/");
const EMPTY: &str = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

/// Four records: two trips around one that is none and one after.
fn run(aws: Aws) -> Invoked {
    let records = [(7, trip(7)), (8, "no trip".to_owned()), (9, trip(9)), (10, "{}".to_owned())];
    let event = serde_json::to_value(event(records)).unwrap();
    let variables = [WRITTEN, REJECTED, SCHEMA, ROOT];
    invoke(BINARY, &variables, &event, aws).unwrap()
}

fn metrics(stdout: &str) -> Value {
    let line = stdout.lines().find(|line| line.contains("_aws")).expect("a line of metrics");
    serde_json::from_str(line).unwrap()
}

/// What a function that cannot start says, which must also fail.
fn last_words(variables: &[(&str, &str)]) -> String {
    let output = end_of(BINARY, variables).unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_missing_variable_is_named() {
    assert!(
        last_words(&[]).contains("write-to-s3 cannot run: its environment is not complete: missing field `WRITTEN`")
    );
    assert!(last_words(&[WRITTEN]).contains("missing field `REJECTED`"));
    assert!(last_words(&[WRITTEN, REJECTED]).contains("missing field `RECORD_SCHEMA`"));
}

#[test]
fn a_wrong_variable_is_quoted() {
    let said = last_words(&[("WRITTEN", "out"), REJECTED, SCHEMA]);
    assert!(said.contains("'out' is not a folder: s3://bucket/prefix/ is expected"), "{said}");
    let said = last_words(&[WRITTEN, REJECTED, SCHEMA]);
    assert!(said.contains("LAMBDA_TASK_ROOT is not set"), "{said}");
    let said = last_words(&[WRITTEN, REJECTED, SCHEMA, ("LAMBDA_TASK_ROOT", "/nowhere")]);
    assert!(said.contains("cannot read the record schema /nowhere/taxi-trip.json: No such file"), "{said}");
    let said = last_words(&[WRITTEN, REJECTED, SCHEMA, ROOT]);
    assert!(said.contains("AWS_LAMBDA_RUNTIME_API is not set"), "{said}");
}

#[test]
fn a_batch_is_looked_up_and_stored() {
    let invoked = run(|_, _| (200, EMPTY.to_owned()));
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [] }));
    let [list, put, list_rejected, put_rejected] = &invoked.requests[..] else { panic!("{:?}", invoked.requests) };
    assert_eq!((list.method.as_str(), put.method.as_str()), ("GET", "PUT"));
    assert!(list.path.starts_with("/out?list-type=2&prefix=context%3Dwrite_to_s3%2Fdate%3D2014-02-01%2FshardId-"));
    assert!(list.path.ends_with(&format!("%2FshardId-000000000000-{:0>64}", 7)), "{}", list.path);
    let name = |folder, last, first| {
        format!("/out/context%3D{folder}/date%3D2014-02-01/shardId-000000000000-{last:0>64}-{first}")
    };
    assert_eq!(put.path, name("write_to_s3", 9, "7.json"));
    assert_eq!(put.headers["content-type"], "application/json");
    assert_eq!(put.headers["x-amz-security-token"], "session");
    assert!(put.headers["authorization"].contains("Credential=AKIATEST/"));
    assert_eq!(serde_json::from_str::<Value>(&put.body).unwrap()[1]["event_id"], "9");
    assert!(list_rejected.path.contains("context%3Drejected"));
    assert_eq!(put_rejected.path, name("rejected", 10, "8.jsonl"));
    assert_eq!(put_rejected.body.lines().count(), 2);
    let metrics = metrics(&invoked.stdout);
    let counts = [metric::IN, metric::OUT, metric::REJECTED, metric::RETURNED].map(|name| metrics[name].clone());
    assert_eq!(counts, [4, 2, 2, 0]);
    assert_eq!(metrics[metric::FUNCTION_NAME], "millrace-test-function");
}

#[test]
fn what_is_listed_and_read_is_left_out() {
    let invoked = run(|request, before| match (request.method.as_str(), before) {
        ("GET", 0) => {
            let key = format!("context=write_to_s3/date=2014-02-01/shardId-000000000000-{:0>64}-5.json", 7);
            let contents = format!(
                "<Contents><Key>{key}</Key><Size>1</Size><LastModified>2014-02-01T00:00:00.000Z</LastModified></Contents>"
            );
            (200, format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"))
        }
        ("GET", 1) => (200, r#"[{"event_id":"5"},{"event_id":"7"}]"#.to_owned()),
        _ => (200, EMPTY.to_owned()),
    });
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [] }));
    let put = &invoked.requests[2];
    assert!(put.path.ends_with("9-9.json"), "{}", put.path);
    assert_eq!(serde_json::from_str::<Value>(&put.body).unwrap().as_array().unwrap().len(), 1);
}

#[test]
fn a_denied_call_is_named_and_hands_back() {
    let invoked = run(|request, _| match request.method.as_str() {
        "PUT" => (403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>".to_owned()),
        _ => (200, EMPTY.to_owned()),
    });
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [{ "itemIdentifier": "7" }] }));
    assert_eq!(invoked.requests.len(), 2, "what is denied is not tried again");
    let said = &invoked.stdout;
    assert!(said.contains("put s3://out/context=write_to_s3/date=2014-02-01/shardId-000000000000-"), "{said}");
    assert!(said.contains(".json: access denied: "), "{said}");
    assert!(said.contains("403 Forbidden"), "with the cause: {said}");
    assert_eq!(metrics(said)[metric::RETURNED], 4);
}

#[test]
fn a_service_that_breaks_is_asked_again() {
    let invoked = run(|_, before| if before == 0 { (503, "<Error/>".to_owned()) } else { (200, EMPTY.to_owned()) });
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [] }));
    assert_eq!(invoked.requests.len(), 5);
}

#[test]
fn an_event_that_is_none_is_an_error() {
    let variables = [WRITTEN, REJECTED, SCHEMA, ROOT];
    let invoked = invoke(BINARY, &variables, &json!({ "Records": [{}] }), |_, _| (500, String::new())).unwrap();
    assert!(invoked.answer["errorMessage"].as_str().unwrap().contains("missing field `kinesis`"), "{invoked:?}");
}
