//! The binary itself, as Lambda runs it, with S3 played by the test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use contract::{QueueEvent, metric};
use runtime::testing::{Aws, Invoked, Request, end_of, invoke, queue_event, received, told};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_transform");
const VARIABLES: [(&str, &str); 5] = [
    ("SOURCE", "s3://in/flats/"),
    ("CLEAN", "s3://out/flats/clean/"),
    ("REJECTED", "s3://out/flats/rejected/"),
    ("NOTICES", "arn:aws:sns:eu-central-1:123456789012:millrace-dev-alerts"),
    ("TRIES", "10"),
];

fn event() -> QueueEvent {
    queue_event(&[told("s3://in/flats/berlin.jsonl")])
}

fn run(event: &QueueEvent, aws: Aws) -> Invoked {
    invoke(BINARY, &VARIABLES, &serde_json::to_value(event).unwrap(), aws).unwrap()
}

fn metrics(stdout: &str) -> Value {
    let line = stdout.lines().find(|line| line.contains("_aws")).expect("a line of metrics");
    serde_json::from_str(line).unwrap()
}

/// A listing whose note no compressor makes smaller.
fn noise(id: u64) -> String {
    let mut dice = runtime::testing::Dice::new(id);
    let note: Vec<String> = (0..2_000).map(|_| format!("{:016x}", dice.throw())).collect();
    json!({ "ok": true, "data": { "id": id.to_string(), "realEstate_descriptionNote": note.concat() } }).to_string()
}

#[test]
fn wrong_variables_are_named_before_any_event() {
    let words = |variables: &[(&str, &str)]| String::from_utf8(end_of(BINARY, variables).unwrap().stdout).unwrap();
    assert!(words(&[]).contains("missing field `SOURCE`"));
    assert!(
        words(&[VARIABLES[0], ("CLEAN", "out"), VARIABLES[2], VARIABLES[3], VARIABLES[4]])
            .contains("'out' is not a folder")
    );
}

#[test]
fn a_batch_becomes_three_files() {
    let invoked = run(&event(), |request, _| match request.method.as_str() {
        "GET" => (200, "{\"ok\":true,\"data\":{\"id\":\"7\"}}\n{\"ok\":false}\n".to_owned()),
        _ => (200, String::new()),
    });
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [] }), "{}", invoked.stdout);
    let [get, flats, address, agency] = &invoked.requests[..] else { panic!("{:?}", invoked.requests) };
    assert_eq!(get.path, "/in/flats/berlin.jsonl?versionId=v1");
    for (put, file) in [(flats, "flats"), (address, "address"), (agency, "agency")] {
        assert!(put.path.starts_with("/out/flats/clean/2017-07-14/23/berlin.jsonl-"), "{}", put.path);
        assert!(put.path.ends_with(&format!("/{file}.csv.gz")));
        assert_eq!((put.method.as_str(), put.headers["content-type"].as_str()), ("PUT", "application/gzip"));
    }
    let metrics = metrics(&invoked.stdout);
    assert_eq!([metric::IN, metric::OUT, metric::DROPPED].map(|name| metrics[name].clone()), [2, 1, 1]);
}

/// Without a version the contents that were told of are asked for.
#[test]
fn a_bucket_without_versions_is_read_by_contents() {
    let mut unversioned = told("s3://in/flats/berlin.jsonl");
    unversioned.version = None;
    let invoked = run(&queue_event(&[unversioned]), |_, _| (412, String::new()));
    assert_eq!(invoked.requests[0].headers["if-match"], "\"d41d8cd98f00b204e9800998ecf8427e\"");
    assert_eq!(invoked.requests.len(), 1, "what was overwritten does not come back");
    assert!(invoked.stdout.contains("it was overwritten before it was read"), "{}", invoked.stdout);
    assert_eq!(invoked.answer["batchItemFailures"][0]["itemIdentifier"], "message-0");
}

/// The topic does not let it in, which is said and changes nothing.
#[test]
fn what_is_given_up_is_told_to_the_topic() {
    for (status, said) in [(200, "the end"), (403, "nobody was told of s3://in/flats/berlin.jsonl")] {
        let aws: Aws = match status {
            200 => |request, _| match request.method.as_str() {
                "POST" => (200, "<PublishResponse><PublishResult/></PublishResponse>".to_owned()),
                _ => (404, String::new()),
            },
            _ => |request, _| match request.method.as_str() {
                "POST" => {
                    (403, "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>".to_owned())
                }
                _ => (404, String::new()),
            },
        };
        let invoked = run(&received(event(), &[10]), aws);
        assert_eq!(invoked.answer["batchItemFailures"][0]["itemIdentifier"], "message-0");
        let notice = invoked.requests.iter().find(|request| request.method == "POST").unwrap();
        for part in [
            "Action=Publish",
            "TopicArn=arn%3Aaws%3Asns%3Aeu-central-1%3A123456789012%3Amillrace-dev-alerts",
            "Subject=millrace-test-function%20has%20given%20up%20berlin.jsonl",
            "Bucket%3A%20%20%20in%0A",
        ] {
            assert!(notice.body.contains(part), "{part}: {}", notice.body);
        }
        assert!(status == 200 || invoked.stdout.contains(said), "{}", invoked.stdout);
        assert!(status != 200 || !invoked.stdout.contains("nobody was told"), "{}", invoked.stdout);
    }
}

fn large(request: &Request) -> (u16, String) {
    match (request.method.as_str(), request.path.contains("uploads")) {
        ("GET", _) => (200, (0..400).map(|id| noise(id) + "\n").collect()),
        ("POST", true) => {
            (200, "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>".into())
        }
        ("POST", false) => {
            (200, "<CompleteMultipartUploadResult><ETag>\"x\"</ETag></CompleteMultipartUploadResult>".to_owned())
        }
        _ => (200, String::new()),
    }
}

#[test]
fn a_large_file_is_uploaded_in_parts() {
    let invoked = run(&event(), |request, _| large(request));
    assert_eq!(invoked.answer, json!({ "batchItemFailures": [] }), "{}", invoked.stdout);
    let calls: Vec<String> = invoked
        .requests
        .iter()
        .filter(|request| request.path.contains("/flats.csv.gz"))
        .map(|request| format!("{} {}", request.method, request.path.split('?').nth(1).unwrap_or_default()))
        .collect();
    let expected =
        ["POST uploads=", "PUT partNumber=1&uploadId=u1", "PUT partNumber=2&uploadId=u1", "POST uploadId=u1"];
    assert_eq!(calls.iter().map(|call| call.replace("uploads&", "uploads=&")).collect::<Vec<_>>(), expected);
    assert_eq!(metrics(&invoked.stdout)[metric::OUT], 400);
}

#[test]
fn an_upload_that_fails_is_aborted() {
    let invoked = run(&event(), |request, _| match request.method.as_str() {
        "PUT" => (403, "<Error><Code>AccessDenied</Code></Error>".to_owned()),
        _ => large(request),
    });
    let last = invoked.requests.last().unwrap();
    assert_eq!((last.method.as_str(), last.path.contains("uploadId=u1")), ("DELETE", true));
    assert!(!invoked.requests.iter().any(|request| request.method == "POST" && request.path.contains("?uploadId")));
    assert_eq!(invoked.answer["batchItemFailures"][0]["itemIdentifier"], "message-0");
}
