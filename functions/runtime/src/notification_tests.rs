//! Notifications in each of their forms, and bodies that are none.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::testing::plain;

fn s3(key: &str) -> Value {
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-central-1",
        "eventTime": "2017-07-14T22:59:59.123Z",
        "eventName": "ObjectCreated:CompleteMultipartUpload",
        "userIdentity": { "principalId": "AWS:X" },
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": { "name": "in", "ownerIdentity": { "principalId": "X" }, "arn": "arn:aws:s3:::in" },
            "object": { "key": key, "size": 7, "eTag": "d41d8", "versionId": "v1", "sequencer": "0055AED6" },
        },
    }] })
}

fn event_bridge(key: &str) -> Value {
    json!({
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "time": "2017-07-14T22:59:59Z",
        "resources": ["arn:aws:s3:::in"],
        "detail": {
            "version": "0",
            "bucket": { "name": "in" },
            "object": { "key": key, "size": 7, "etag": "d41d8", "version-id": "v1", "sequencer": "0055AED6" },
            "reason": "PutObject",
        },
    })
}

fn by_sns(body: &Value) -> Value {
    json!({ "Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:x", "Message": body.to_string() })
}

fn one(body: &Value) -> Told {
    let mut told = Told::parse(&body.to_string()).unwrap();
    assert_eq!(told.len(), 1);
    told.remove(0)
}

fn why(body: &Value) -> String {
    Told::parse(&body.to_string()).unwrap_err().to_string()
}

#[test]
fn every_form_tells_the_same() {
    let told = one(&s3("partners/day%3D14/a+b%2Bc%C3%BC.jsonl"));
    assert_eq!(told.uri(), "s3://in/partners/day=14/a b+cü.jsonl");
    assert_eq!((told.version.as_deref(), told.etag.as_deref(), told.size), (Some("v1"), Some("d41d8"), Some(7)));
    assert_eq!(told.time.to_rfc3339(), "2017-07-14T22:59:59.123+00:00");
    assert_eq!(one(&by_sns(&s3("partners/day%3D14/a+b%2Bc%C3%BC.jsonl"))), told);
    let plain = one(&event_bridge("partners/day=14/a b+cü.jsonl"));
    assert_eq!((&plain.uri(), plain.name()), (&told.uri(), told.name()));
    assert_eq!(one(&by_sns(&event_bridge("a"))), one(&event_bridge("a")));
}

#[test]
fn keys_are_decoded_only_where_they_are_encoded() {
    assert_eq!(one(&s3("100%25+%2B")).key, "100% +");
    assert_eq!(one(&event_bridge("100%25+%2B")).key, "100%25+%2B");
    assert_eq!(why(&s3("%FF")), "record 1: the key '%FF' is not URL-encoded UTF-8");
}

#[test]
fn some_messages_tell_of_no_object() {
    let test = json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2014-10-13T15:57:02.089Z",
        "Bucket": "in", "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+" });
    let mut removed = s3("a");
    removed["Records"][0]["eventName"] = "ObjectRemoved:Delete".into();
    let mut deleted = event_bridge("a");
    deleted["detail-type"] = "Object Deleted".into();
    let mut folder = s3("partners/");
    folder["Records"][0]["s3"]["object"]["size"] = 0.into();
    for body in [test.clone(), by_sns(&test), removed, deleted, folder, json!({ "Records": [] })] {
        assert_eq!(Told::parse(&body.to_string()).unwrap(), [], "{body}");
    }
}

#[test]
fn a_bucket_without_versions_is_told_by_contents() {
    let mut body = s3("a");
    body["Records"][0]["s3"]["object"]["versionId"] = "null".into();
    let (one, mut other) = (one(&body), one(&body));
    assert_eq!((one.version.as_deref(), one.state()), (None, "d41d8"));
    other.etag = Some("e".to_owned());
    assert_ne!(one.name(), other.name());
}

#[test]
fn what_is_no_notification_says_why() {
    assert_eq!(Told::parse("hello").unwrap_err().to_string(), "the message is not JSON");
    assert!(why(&json!({})).starts_with("the message is no notification of S3"));
    let twice = by_sns(&by_sns(&by_sns(&s3("a"))));
    assert_eq!(why(&twice), "the message is wrapped more than 2 times");
    let mut body = s3("a");
    body["Records"][0]["eventSource"] = "aws:sqs".into();
    assert_eq!(why(&body), "record 1 is not of S3 but of 'aws:sqs'");
    let mut body = s3("a");
    body["Records"][0]["s3"]["object"]["key"] = Value::Null;
    assert_eq!(why(&body), "record 1 has no object key");
    let mut body = s3("a");
    body["Records"][0]["eventTime"] = "yesterday".into();
    assert_eq!(why(&body), "record 1: 'yesterday' is not a time");
}

#[test]
fn a_name_is_safe_and_says_where_from() {
    let name = one(&s3("x/..%2F..%2Fa+b.jsonl.gz")).name();
    assert!(name.starts_with("a_b.jsonl.gz-"), "{name}");
    assert_eq!(name.len(), "a_b.jsonl.gz-".len() + 24);
    let long = one(&event_bridge(&"ü".repeat(1_024))).name();
    assert!(long.len() < 100 && long.is_ascii());
}

proptest! {
    #[test]
    fn whatever_the_key_it_comes_back(key in "\\PC{1,40}", version in proptest::option::of("[a-zA-Z0-9._]{1,32}")) {
        let told = Told { version, ..one(&event_bridge(&key)) };
        prop_assert_eq!(&told.key, &key);
        prop_assert_eq!(one(&plain(&told)), told);
    }

    #[test]
    fn a_name_is_of_one_object_in_one_state(a in "[a-c/]{1,4}", b in "[a-c/]{1,4}", x in "[vw]{1,2}", y in "[vw]{1,2}") {
        let told = |key: &str, version: &str| Told { version: Some(version.to_owned()), ..one(&event_bridge(key)) };
        let (one, other) = (told(&a, &x), told(&b, &y));
        prop_assert_eq!(one.name() == other.name(), (a, x) == (b, y));
        prop_assert!(one.name().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)));
    }

    #[test]
    fn any_text_is_answered(body: String) {
        let _ = Told::parse(&body);
    }
}
