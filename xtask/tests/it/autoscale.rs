//! The stream's shards on the local stage: what comes in adds some, a deploy leaves them alone, and no trip is lost on the way.

use crate::common::{LocalStage, client_config};
use aws_sdk_kinesis::types::{ScalingType, StreamStatus};
use serde_json::json;
use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const STREAM: &str = "millrace-busy-taxi";

/// A shard is to be a tenth full, so that a laptop can fill it. It is looked at when the test says so.
const STAGE: &str = "project: millrace
account: '000000000000'
region: eu-west-1
runs_on: emulator
architecture: native
keep_data: false
pipelines:
  taxi:
    stream:
      shards: 1
      autoscale: {min_shards: 1, max_shards: 4, target_percent: 10, every_minutes: 60}
    consumers:
      batch_window_seconds: 1
";

/// Waits for a minute of which so many seconds are left.
fn minute_with(left: u64) {
    let second = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() % 60;
    if 60 - second < left {
        std::thread::sleep(Duration::from_secs(60 - second));
    }
}

/// Sends for some seconds, beside what the test does meanwhile.
fn sending(stage: &LocalStage, seed: u32) -> Child {
    let number = seed.to_string();
    let trips =
        ["send", "taxi", "--stage", "busy", "--count", "1500", "--rate", "250", "--seed", &number, "--invalid", "0.01"];
    stage.command(&trips).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

struct Stream(aws_sdk_kinesis::Client);

impl Stream {
    async fn open_shards(&self) -> (i32, StreamStatus) {
        let told = self.0.describe_stream_summary().stream_name(STREAM).send().await.unwrap();
        let summary = told.stream_description_summary.unwrap();
        (summary.open_shard_count, summary.stream_status)
    }

    async fn is_settled(&self) -> i32 {
        loop {
            let (shards, status) = self.open_shards().await;
            if status == StreamStatus::Active {
                return shards;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn reshard(&self, shards: i32) {
        let call = self.0.update_shard_count().stream_name(STREAM).target_shard_count(shards);
        call.scaling_type(ScalingType::UniformScaling).send().await.unwrap();
        assert_eq!(self.open_shards().await, (shards, StreamStatus::Updating));
        assert_eq!(self.is_settled().await, shards);
    }
}

#[tokio::test]
async fn a_busy_stream_gets_shards_and_no_trip_is_lost() {
    let stage = LocalStage::new();
    let checkout = stage.checkout();
    let file = checkout.join("environments/busy.yaml");
    fs::write(&file, STAGE).unwrap();
    let deploy = ["deploy", "--stage", "busy"];
    let endpoint = stage.json(&deploy)["endpoint"].as_str().unwrap().to_owned();
    let stream = Stream(aws_sdk_kinesis::Client::new(&client_config(&endpoint).await));
    let invoke = || stage.json(&["invoke", "autoscale-shards", "--stage", "busy"])["answer"].clone();
    let verify = |count: &str| {
        stage.json(&["verify", "taxi", "--stage", "busy", "--sent", count, "--wait", "180"]);
    };

    // More than a tenth of what a shard takes in a minute.
    minute_with(25);
    let sent = stage.json(&["send", "taxi", "--stage", "busy", "--count", "6500"]);
    assert_eq!((&sent["sent"], &sent["failed"]), (&json!(6500), &json!(0)));
    assert_eq!(invoke()["status"], "right", "the minute is not over");
    verify("6500");
    minute_with(60);

    // Sent while the shard is split.
    let mut more = sending(&stage, 2);
    let answer = invoke();
    assert_eq!((&answer["status"], &answer["shards"], &answer["to"]), (&json!("scaled-out"), &json!(1), &json!(2)));
    assert!(answer["peak"]["records_per_second"].as_u64().unwrap() >= 100, "{answer}");
    assert_eq!(answer["operations_left"], json!(9));
    assert_eq!(stream.is_settled().await, 2);
    let answer = invoke();
    assert_eq!((&answer["status"], &answer["operations_left"]), (&json!("right"), &json!(9)), "the stream remembers");
    assert!(more.wait().unwrap().success());
    verify("8000");

    // Split and merged, also where the pieces do not fit.
    let mut more = sending(&stage, 3);
    for shards in [3, 4, 2] {
        stream.reshard(shards).await;
    }
    assert!(more.wait().unwrap().success());
    verify("9500");

    // A deploy of something else leaves the stream as it is; another number of shards is the stack's again.
    fs::write(&file, STAGE.replace("batch_window_seconds: 1", "batch_window_seconds: 2")).unwrap();
    assert_eq!(stage.json(&deploy)["stacks"][1]["status"], "UPDATE_COMPLETE");
    assert_eq!(stream.is_settled().await, 2);
    fs::write(&file, STAGE.replace("shards: 1\n", "shards: 3\n")).unwrap();
    stage.json(&deploy);
    assert_eq!(stream.is_settled().await, 3);
    stage.json(&["send", "taxi", "--stage", "busy", "--count", "500", "--seed", "4"]);
    verify("10000");
    fs::remove_file(file).unwrap();
}
