//! The rendered roles are enforced on the local stage: a function whose grant is taken away is denied.

use crate::common::{LocalStage, client_config};
use aws_sdk_lambda::primitives::Blob;
use serde_json::{Value, json};

const FUNCTION: &str = "millrace-local-write-to-s3";
const TRIP: &str = r#"{"TRIP_ID":"1","CALL_TYPE":"C","ORIGIN_CALL":"NA","ORIGIN_STAND":"NA","TAXI_ID":"20000001","TIMESTAMP":"1372636858","DAY_TYPE":"A","MISSING_DATA":"False","POLYLINE":"[[-8.6,41.1]]"}"#;

/// Gives the function a batch of one trip; the sequence numbers that it could not store.
async fn invoke(lambda: &aws_sdk_lambda::Client, sequence: &str) -> Value {
    use base64::Engine as _;
    let record = json!({
        "eventID": format!("shardId-000000000000:{sequence}"),
        "eventName": "aws:kinesis:record",
        "eventSource": "aws:kinesis",
        "eventSourceARN": "arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-local-taxi",
        "eventVersion": "1.0",
        "awsRegion": "eu-west-1",
        "invokeIdentityArn": "arn:aws:iam::000000000000:role/role",
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "20000001",
            "sequenceNumber": sequence,
            "data": base64::engine::general_purpose::STANDARD.encode(TRIP),
            "approximateArrivalTimestamp": 1_372_636_900.25,
        },
    });
    let event = json!({ "Records": [record] }).to_string();
    let answer = lambda.invoke().function_name(FUNCTION).payload(Blob::new(event)).send().await.unwrap();
    assert_eq!(answer.function_error, None);
    serde_json::from_slice(answer.payload.unwrap().as_ref()).unwrap()
}

#[tokio::test]
async fn a_function_without_its_grant_is_denied() {
    let stage = LocalStage::new();
    let report = stage.json(&["deploy", "--stage", "local"]);
    let config = client_config(report["endpoint"].as_str().unwrap()).await;
    let (iam, lambda) = (aws_sdk_iam::Client::new(&config), aws_sdk_lambda::Client::new(&config));

    let answer = invoke(&lambda, "49590338271490256608559692538361571095921575989136588898").await;
    assert_eq!(answer["batchItemFailures"], json!([]), "with all its grants it works");

    // Its role, as rendered, less the one action.
    let function = lambda.get_function_configuration().function_name(FUNCTION).send().await.unwrap();
    let role = function.role.unwrap().rsplit('/').next().unwrap().to_owned();
    let policy = iam.get_role_policy().role_name(&role).policy_name("granted").send().await.unwrap().policy_document;
    let policy = percent_encoding::percent_decode_str(&policy).decode_utf8().unwrap().into_owned();
    assert!(policy.contains("s3:PutObject"), "{policy}");
    let less = policy.replace("s3:PutObject", "s3:GetObjectAcl");
    iam.put_role_policy().role_name(&role).policy_name("granted").policy_document(less).send().await.unwrap();

    let sequence = "49590338271490256608559692538361571095921575989136588899";
    let answer = invoke(&lambda, sequence).await;
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": sequence }]), "without it, it is denied");
}
