//! The binary itself, as Lambda runs it.

use runtime::testing::{Request, end_of, invoke};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_schedule-dms");
const TASK: &str = "arn:aws:dms:eu-central-1:123456789012:task:T";
const VARIABLES: [(&str, &str); 3] = [
    ("CURATED", "s3://curated/rates/"),
    (
        "REPLICATION",
        "dms:?task=arn:aws:dms:eu-central-1:123456789012:task:T&source=arn:aws:dms:eu-central-1:123456789012:endpoint:E",
    ),
    ("NOTICES", "arn:aws:sns:eu-central-1:123456789012:millrace-dev-alerts"),
];

#[test]
fn what_is_missing_or_wrong_ends_it_at_once() {
    for number in 0..VARIABLES.len() {
        let mut some = VARIABLES.to_vec();
        let (name, _) = some.remove(number);
        let output = end_of(BINARY, &some).unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success() && said.contains(name), "{name}: {said}");
    }
    let output = end_of(BINARY, &[VARIABLES[0], ("REPLICATION", "arn:x"), VARIABLES[2]]).unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(said.contains("'arn:x' is not a task of DMS"), "{said}");
}

fn operation(request: &Request) -> &str {
    request.headers.get("x-amz-target").map_or("", |target| target.rsplit('.').next().unwrap_or_default())
}

const LISTING: &str = "<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>1</KeyCount><Contents>\
    <Key>rates/visible/pulled=2026-11-21/020007-a1</Key><LastModified>2026-11-21T02:00:00.000Z</LastModified>\
    <Size>1</Size><ETag>\"0\"</ETag></Contents></ListBucketResult>";

fn dms(request: &Request, _calls: usize) -> (u16, String) {
    let answer = match operation(request) {
        "" => return (200, LISTING.to_owned()),
        "DescribeReplicationTasks" => json!({ "ReplicationTasks": [{
            "ReplicationTaskArn": TASK,
            "Status": "stopped",
            "StopReason": "Stop Reason FULL_LOAD_ONLY_FINISHED",
            "ReplicationTaskStartDate": 1_700_000_000.5,
            "ReplicationTaskStats": { "TablesErrored": 0 },
        }] }),
        "ListTagsForResource" => {
            json!({ "TagList": [{ "Key": "begun-with", "Value": "pulled=2026-11-20/020007-a0" }] })
        }
        _ => json!({}),
    };
    (200, answer.to_string())
}

#[test]
fn the_calls_are_those_that_dms_knows() {
    let invoked = invoke(BINARY, &VARIABLES, &json!({ "scheduled": "2026-11-22T03:00:00Z" }), dms).unwrap();
    assert_eq!(invoked.answer["status"], "reloaded", "{}", invoked.answer);
    let calls: Vec<(&str, Value)> = invoked.requests[1..]
        .iter()
        .map(|request| (operation(request), serde_json::from_str(&request.body).unwrap()))
        .collect();
    let source = TASK.replace("task:T", "endpoint:E");
    assert_eq!(
        calls,
        [
            (
                "DescribeReplicationTasks",
                json!({ "Filters": [{ "Name": "replication-task-arn", "Values": [TASK] }], "WithoutSettings": true })
            ),
            ("ListTagsForResource", json!({ "ResourceArn": TASK })),
            (
                "ModifyEndpoint",
                json!({
                    "EndpointArn": source,
                    "S3Settings": { "BucketFolder": "rates/data/pulled=2026-11-21/020007-a1" },
                    "ExactSettings": false,
                })
            ),
            (
                "StartReplicationTask",
                json!({ "ReplicationTaskArn": TASK, "StartReplicationTaskType": "reload-target" })
            ),
            (
                "AddTagsToResource",
                json!({ "ResourceArn": TASK, "Tags": [{ "Key": "begun-with", "Value": "pulled=2026-11-21/020007-a1" }] })
            ),
        ]
    );
}

fn denied(request: &Request, calls: usize) -> (u16, String) {
    match operation(request) {
        "StartReplicationTask" => {
            (400, json!({ "__type": "AccessDeniedFault", "message": "not authorized" }).to_string())
        }
        _ if request.body.contains("Action=Publish") => {
            let published = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
                             <MessageId>1</MessageId></PublishResult></PublishResponse>";
            (200, published.to_owned())
        }
        _ => dms(request, calls),
    }
}

#[test]
fn what_it_may_not_do_is_an_error_that_names_the_permission() {
    let invoked = invoke(BINARY, &VARIABLES, &json!({}), denied).unwrap();
    let said = invoked.answer["errorMessage"].as_str().unwrap();
    assert!(said.starts_with(&format!("dms:StartReplicationTask {TASK}: access denied")), "{said}");
    assert!(invoked.requests.last().unwrap().body.contains("Action=Publish"));
}

fn busy(request: &Request, calls: usize) -> (u16, String) {
    match operation(request) {
        "StartReplicationTask" => {
            (400, json!({ "__type": "InvalidResourceStateFault", "message": "running" }).to_string())
        }
        _ => dms(request, calls),
    }
}

#[test]
fn a_task_that_somebody_else_began_is_no_error() {
    let invoked = invoke(BINARY, &VARIABLES, &json!({}), busy).unwrap();
    assert_eq!(invoked.answer["status"], "running", "{}", invoked.answer);
}
