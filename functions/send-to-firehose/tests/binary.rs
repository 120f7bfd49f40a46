//! The binary itself, as Lambda runs it, with Firehose played by the test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use contract::metric;
use runtime::testing::{Aws, Invoked, end_of, event, invoke, trip};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_send-to-firehose");
/// Where the schema lies here, as it lies beside the binary in an archive.
const ROOT: (&str, &str) = ("LAMBDA_TASK_ROOT", concat!(env!("CARGO_MANIFEST_DIR"), "/../contract/schemas"));
const SCHEMA: (&str, &str) = ("RECORD_SCHEMA", "taxi-trip.json");

/// Three trips, and a record that is none.
fn run(aws: Aws) -> Invoked {
    let records = [(7, trip(7)), (8, "no trip".to_owned()), (9, trip(9)), (10, trip(10))];
    let event = serde_json::to_value(event(records)).unwrap();
    let variables = [("DELIVERY", "taxi"), SCHEMA, ROOT];
    invoke(BINARY, &variables, &event, aws).unwrap()
}

fn sent(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

#[test]
fn a_missing_variable_is_named() {
    let output = end_of(BINARY, &[SCHEMA]).unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("send-to-firehose cannot run: its environment is not complete: missing field `DELIVERY`"));
}

#[test]
fn a_batch_is_sent_and_what_was_not_taken_again() {
    let invoked = run(|_, before| {
        let taken = json!({ "RecordId": "1" });
        let failed = json!({ "ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down." });
        let answer = if before == 0 {
            json!({ "FailedPutCount": 1, "RequestResponses": [taken, failed, taken] })
        } else {
            json!({ "FailedPutCount": 0, "RequestResponses": [taken] })
        };
        (200, answer.to_string())
    });
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [] }));
    let [first, second] = &invoked.requests[..] else { panic!("{:?}", invoked.requests) };
    assert_eq!(first.headers["x-amz-target"], "Firehose_20150804.PutRecordBatch");
    assert_eq!(first.headers["x-amz-security-token"], "session");
    let (first, second) = (sent(&first.body), sent(&second.body));
    assert_eq!(first["DeliveryStreamName"], "taxi");
    assert_eq!(first["Records"].as_array().unwrap().len(), 3);
    assert_eq!(second["Records"], json!([first["Records"][1]]));
    assert!(invoked.stdout.contains("record 8 is rejected: not JSON: "));
    assert!(!invoked.stdout.contains("no trip"), "no record is logged");
    let metrics = invoked.stdout.lines().find(|line| line.contains("_aws")).map(sent).unwrap();
    let counts = [metric::IN, metric::OUT, metric::REJECTED, metric::RETURNED].map(|name| metrics[name].clone());
    assert_eq!(counts, [4, 3, 1, 0]);
}

#[test]
fn a_denied_call_is_named_and_hands_back() {
    let invoked = run(|_, _| {
        let denied = "User: f is not authorized to perform: firehose:PutRecordBatch";
        (400, json!({ "__type": "AccessDeniedException", "message": denied }).to_string())
    });
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [{ "itemIdentifier": "7" }] }));
    assert_eq!(invoked.requests.len(), 1, "what is denied is not tried again");
    let said = &invoked.stdout;
    assert!(said.contains("put records to taxi: access denied: "), "{said}");
    assert!(said.contains("not authorized to perform: firehose:PutRecordBatch"), "with the cause: {said}");
}

#[test]
fn an_answer_that_does_not_fit_is_not_believed() {
    let invoked = run(|_, before| {
        let answers = if before == 0 { vec![json!({ "RecordId": "1" })] } else { vec![json!({ "RecordId": "1" }); 3] };
        (200, json!({ "FailedPutCount": 0, "RequestResponses": answers }).to_string())
    });
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [] }));
    assert_eq!(invoked.requests.len(), 2);
}
