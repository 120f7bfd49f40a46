//! The binary itself, as Lambda runs it.

use runtime::testing::{Request, complaint, invoke, needs_each};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_autoscale-shards");
const VARIABLES: [(&str, &str); 4] =
    [("STREAM", "millrace-dev-taxi"), ("MIN_SHARDS", "1"), ("MAX_SHARDS", "8"), ("TARGET_PERCENT", "70")];

#[test]
fn what_is_missing_or_wrong_ends_it_at_once() {
    needs_each(BINARY, &VARIABLES);
    let with = |name, value| {
        let others = VARIABLES.into_iter().filter(|(other, _)| *other != name);
        complaint(BINARY, &others.chain([(name, value)]).collect::<Vec<_>>())
    };
    assert!(with("MIN_SHARDS", "9").contains("from 9 to 8 shards is no range"));
    assert!(with("MAX_SHARDS", "99999999999").contains("MAX_SHARDS is 99999999999"));
    assert!(with("TARGET_PERCENT", "0").contains("TARGET_PERCENT is 0"));
}

fn operation(request: &Request) -> &str {
    let target = request.headers.get("x-amz-target").map(|target| target.rsplit('.').next().unwrap_or_default());
    target.or_else(|| request.path.rsplit('/').next()).unwrap_or_default()
}

/// No metric has a value: two maps, a list of none.
fn no_metrics() -> Vec<u8> {
    [&[0xa1, 0x71][..], b"MetricDataResults", &[0x80]].concat()
}

/// A stream of one shard that is to have two at least is answered without any metric.
fn kinesis(request: &Request, _calls: usize) -> (u16, Vec<u8>) {
    let answer = match operation(request) {
        "GetMetricData" => return (200, no_metrics()),
        "DescribeStreamSummary" => json!({ "StreamDescriptionSummary": {
            "StreamName": "millrace-dev-taxi",
            "StreamARN": "arn:aws:kinesis:eu-central-1:123456789012:stream/millrace-dev-taxi",
            "StreamStatus": "ACTIVE",
            "RetentionPeriodHours": 24,
            "StreamCreationTimestamp": 1_700_000_000.25,
            "EnhancedMonitoring": [],
            "OpenShardCount": 1,
        } }),
        "ListTagsForStream" => {
            json!({ "Tags": [{ "Key": "project", "Value": "millrace" }, { "Key": "autoscale-shards" }], "HasMoreTags": false })
        }
        _ => json!({}),
    };
    (200, answer.to_string().into_bytes())
}

#[test]
fn the_calls_are_those_that_kinesis_knows() {
    let mut variables = VARIABLES;
    variables[1].1 = "2";
    let invoked = invoke(BINARY, &variables, &json!({ "alarmData": { "alarmName": "busy" } }), kinesis).unwrap();
    assert_eq!(invoked.answer["status"], "scaled-out", "{}", invoked.answer);
    assert_eq!((&invoked.answer["to"], &invoked.answer["operations_left"]), (&json!(2), &json!(9)));
    let operations: Vec<_> = invoked.requests.iter().map(operation).collect();
    assert_eq!(
        operations,
        ["DescribeStreamSummary", "ListTagsForStream", "GetMetricData", "UpdateShardCount", "AddTagsToStream"]
    );
    let asked = |number: usize| serde_json::from_str::<Value>(&invoked.requests[number].body).unwrap();
    let stream = "millrace-dev-taxi";
    assert_eq!(asked(3), json!({ "StreamName": stream, "TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING" }));
    let tagged = asked(4);
    let noted: i64 = tagged["Tags"]["autoscale-shards"].as_str().unwrap().parse().unwrap();
    assert!(noted > 29_000_000, "{tagged}");
    for part in ["AWS/Kinesis", "IncomingBytes", "IncomingRecords", "StreamName", stream, "Sum"] {
        assert!(invoked.requests[2].body.contains(part), "{part}");
    }
}

fn refusing(request: &Request, calls: usize) -> (u16, Vec<u8>) {
    match operation(request) {
        "UpdateShardCount" => {
            let limit = json!({ "__type": "LimitExceededException", "message": "ten times a day" });
            (400, limit.to_string().into_bytes())
        }
        _ => kinesis(request, calls),
    }
}

#[test]
fn a_limit_is_an_answer() {
    let mut variables = VARIABLES;
    variables[1].1 = "2";
    let invoked = invoke(BINARY, &variables, &json!({}), refusing).unwrap();
    assert_eq!(invoked.answer["status"], "refused", "{}", invoked.answer);
    assert_eq!(invoked.requests.len(), 4, "nothing is noted");
}

fn denied(request: &Request, calls: usize) -> (u16, Vec<u8>) {
    match operation(request) {
        // CBOR: {"__type": "AccessDenied"}
        "GetMetricData" => (400, [&[0xa1, 0x66][..], b"__type", &[0x6c], b"AccessDenied"].concat()),
        _ => kinesis(request, calls),
    }
}

#[test]
fn what_it_may_not_do_is_an_error_that_names_the_permission() {
    let invoked = invoke(BINARY, &VARIABLES, &json!({}), denied).unwrap();
    let said = invoked.answer["errorMessage"].as_str().unwrap();
    assert!(said.starts_with("cloudwatch:GetMetricData millrace-dev-taxi: access denied"), "{said}");
}
