//! The binary itself, as Lambda runs it, with S3 and `DynamoDB` played by the test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use contract::metric;
use runtime::testing::{Aws, Invoked, end_of, invoke, queue_event, told};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_consolidate");
const VARIABLES: [(&str, &str); 8] = [
    ("SOURCE", "s3://in/accommodation/"),
    ("OUTPUT", "s3://out/accommodation/"),
    ("REJECTED", "s3://out/accommodation/rejected/"),
    ("PRIORITIES", "millrace-dev-priorities"),
    ("CHOOSE", "per-accommodation"),
    ("ROLL_OVER", "500000"),
    ("NOTICES", "arn:aws:sns:eu-central-1:123456789012:millrace-dev-alerts"),
    ("TRIES", "10"),
];
const LIST: &str = r#"{"Item":{"contentType":{"S":"PriorityList"},"partner_list":{"L":[{"S":"best"},{"S":"good"}]}}}"#;
const CATALOGUE: &str = r#"{"partner_name":"good","accommodation_id":"7","accommodation_data":{"accommodation_name":"G"}}
{"partner_name":"best","accommodation_id":"7","accommodation_data":{"accommodation_name":"Zur Post"}}
no offer
"#;

fn run(aws: Aws) -> Invoked {
    let event = serde_json::to_value(queue_event(&[told("s3://in/accommodation/day=14/a b.jsonl")])).unwrap();
    invoke(BINARY, &VARIABLES, &event, aws).unwrap()
}

fn metrics(stdout: &str) -> Value {
    let line = stdout.lines().find(|line| line.contains("_aws")).expect("a line of metrics");
    serde_json::from_str(line).unwrap()
}

#[test]
fn wrong_variables_are_named_before_any_event() {
    let words = |variables: &[(&str, &str)]| String::from_utf8(end_of(BINARY, variables).unwrap().stdout).unwrap();
    assert!(words(&[]).contains("missing field `SOURCE`"));
    assert!(words(&VARIABLES[..3]).contains("missing field `PRIORITIES`"));
    let with = |name: &str, value: &'static str| VARIABLES.map(|(n, v)| (n, if n == name { value } else { v }));
    assert!(words(&with("CHOOSE", "per-day")).contains("unknown variant `per-day`"));
    assert!(words(&with("ROLL_OVER", "many")).contains("'many' is not a whole number"));
    assert!(words(&with("OUTPUT", "s3://out")).contains("'s3://out' is not a folder"));
}

#[test]
fn a_catalogue_is_read_in_its_version_and_consolidated() {
    let invoked = run(|request, _| match request.method.as_str() {
        "POST" => (200, LIST.to_owned()),
        "GET" => (200, CATALOGUE.to_owned()),
        _ => (200, String::new()),
    });
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [] }), "{}", invoked.stdout);
    let [list, get, rejected, put] = &invoked.requests[..] else { panic!("{:?}", invoked.requests) };
    assert_eq!(list.headers["x-amz-target"], "DynamoDB_20120810.GetItem");
    assert_eq!(
        serde_json::from_str::<Value>(&list.body).unwrap(),
        json!({
            "TableName": "millrace-dev-priorities",
            "Key": { "contentType": { "S": "PriorityList" } },
            "ConsistentRead": true,
        })
    );
    assert_eq!(get.path, "/in/accommodation/day%3D14/a%20b.jsonl?versionId=v1");
    assert!(!get.headers.contains_key("if-match") && !get.headers.contains_key("range"));
    assert!(rejected.path.starts_with("/out/accommodation/rejected/year%3D2017/month%3D07/day%3D14/a_b.jsonl-"));
    assert_eq!(serde_json::from_str::<Value>(&rejected.body).unwrap()["line"], 3);
    assert!(put.path.starts_with("/out/accommodation/year%3D2017/month%3D07/day%3D14/a_b.jsonl-"), "{}", put.path);
    assert!(put.path.ends_with("-00000.jsonl"));
    assert_eq!(put.body, "{\"accommodation_id\":\"7\",\"accommodation_data\":{\"accommodation_name\":\"Zur Post\"}}\n");
    let metrics = metrics(&invoked.stdout);
    let names = [metric::IN, metric::OUT, metric::DROPPED, metric::REJECTED, metric::RETURNED];
    assert_eq!(names.map(|name| metrics[name].clone()), [3, 1, 1, 1, 0]);
}

#[test]
fn a_missing_object_keeps_its_message_and_is_named() {
    let invoked = run(|request, _| match request.method.as_str() {
        "POST" => (200, LIST.to_owned()),
        _ => (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned()),
    });
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [{ "itemIdentifier": "message-0" }] }));
    let said = "read s3://in/accommodation/day=14/a b.jsonl: not found";
    assert!(invoked.stdout.contains(said), "{}", invoked.stdout);
    assert_eq!(metrics(&invoked.stdout)[metric::RETURNED], 1);
}

#[test]
fn a_table_without_the_list_is_named_with_the_remedy() {
    let invoked = run(|_, _| (200, "{}".to_owned()));
    assert_eq!(invoked.answer["batchItemFailures"][0]["itemIdentifier"], "message-0");
    assert!(invoked.stdout.contains("the table millrace-dev-priorities has nothing in item contentType=PriorityList"));
    assert!(invoked.stdout.contains("cargo xtask seed accommodation --file"));
    assert_eq!(invoked.requests.len(), 1);
}

#[test]
fn a_denied_table_is_named() {
    let invoked = run(|_, _| {
        (400, r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not authorized"}"#.to_owned())
    });
    let said = "get item contentType=PriorityList of table millrace-dev-priorities: access denied";
    assert!(invoked.stdout.contains(said), "{}", invoked.stdout);
    assert_eq!(invoked.requests.len(), 1, "what is denied is not tried again");
}
