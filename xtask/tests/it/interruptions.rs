//! A deploy that is killed or stopped at any moment: the same command again completes it, nothing is lost or left over.

use crate::common::{LocalStage, client_config, text};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const DEPLOY: [&str; 3] = ["deploy", "--stage", "local"];

/// Gives the stage another batch window: a change of two resources.
pub(crate) fn change(checkout: &Path, window: usize) {
    let file = checkout.join("environments/local.yaml");
    let text = fs::read_to_string(&file).unwrap();
    let line = text.lines().find(|line| line.contains("batch_window_seconds")).unwrap();
    fs::write(&file, text.replace(line, &format!("      batch_window_seconds: {window}"))).unwrap();
}

/// Starts a deploy, and returns once it has said this.
pub(crate) fn deploying_until(stage: &LocalStage, says: &str) -> Child {
    let mut child = stage.command(&DEPLOY).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.as_mut().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains(says)), "it never said '{says}'");
    child
}

pub(crate) fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

/// Kills a deploy at some moment; the next one completes it, and the one after that has nothing to do.
fn killed_at(stage: &LocalStage, moment: Duration) -> bool {
    let mut child = stage.command(&DEPLOY).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment);
    let in_time = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    stage.json(&DEPLOY);
    let again = stage.json(&DEPLOY);
    for stack in again["stacks"].as_array().unwrap() {
        assert_eq!(stack["changed"], json!(false), "{again}");
    }
    in_time
}

/// What exists, asked of the services themselves.
async fn existing(endpoint: &str) -> Value {
    let config = client_config(endpoint).await;
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let buckets = aws_sdk_s3::Client::from_conf(s3).list_buckets().send().await.unwrap();
    let functions = aws_sdk_lambda::Client::new(&config).list_functions().send().await.unwrap();
    let streams = aws_sdk_kinesis::Client::new(&config).list_streams().send().await.unwrap();
    let roles = aws_sdk_iam::Client::new(&config).list_roles().send().await.unwrap();
    let ours = roles.roles.iter().filter(|role| role.role_name.contains("millrace")).count();
    json!({
        "buckets": buckets.buckets().len(),
        "functions": functions.functions().len(),
        "streams": streams.stream_names.len(),
        "roles": ours,
    })
}

#[tokio::test]
async fn a_killed_deploy_is_completed_by_the_next_one() {
    let stage = LocalStage::new();
    let checkout = stage.checkout();
    // From the time that a whole deploy takes follow the moments at which to kill.
    let report = stage.json(&DEPLOY);
    let endpoint = report["endpoint"].as_str().unwrap().to_owned();
    let whole = existing(&endpoint).await;
    assert_eq!(whole["functions"], json!(report["artifacts"].as_array().unwrap().len()), "{whole}");
    stage.succeed(&["destroy", "--stage", "local"]);
    assert_eq!(existing(&endpoint).await, json!({"buckets": 0, "functions": 0, "streams": 0, "roles": 0}));
    let begun = std::time::Instant::now();
    stage.json(&DEPLOY);
    let takes = begun.elapsed();

    let mut chance = fastrand::Rng::with_seed(7);
    let mut moment = || takes.mul_f64(0.3 + 0.7 * chance.f64());
    let mut in_time = 0;
    for _ in 0..10 {
        stage.succeed(&["destroy", "--stage", "local"]);
        in_time += usize::from(killed_at(&stage, moment()));
    }
    stage.json(&["send", "taxi", "--stage", "local", "--count", "200"]);
    stage.json(&["verify", "taxi", "--stage", "local", "--sent", "200", "--wait", "60"]);
    for round in 0..10 {
        change(&checkout, 10 + round);
        in_time += usize::from(killed_at(&stage, moment()));
    }
    // An update is often done before; how many are is the machine's.
    assert!(in_time >= 5, "only {in_time} of 20 deploys were killed before they ended");

    // Nothing is left over, and nothing is lost.
    assert_eq!(existing(&endpoint).await, whole);
    stage.json(&["verify", "taxi", "--stage", "local", "--sent", "200"]);
    stage.succeed(&["destroy", "--stage", "local"]);
    assert_eq!(existing(&endpoint).await, json!({"buckets": 0, "functions": 0, "streams": 0, "roles": 0}));
}

#[test]
fn a_stopped_deploy_detaches_and_the_next_one_goes_on() {
    let stage = LocalStage::new();
    let checkout = stage.checkout();
    stage.json(&DEPLOY);
    change(&checkout, 30);
    let child = deploying_until(&stage, "updating millrace-local-stream");
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    // It may have been done before the signal arrived.
    if output.status.code() != Some(0) {
        assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    }
    // Nobody has to wait for it: the lease is free.
    stage.json(&DEPLOY);
    let plan = stage.json(&["plan", "--stage", "local"]);
    assert_eq!(plan["stacks"][1]["action"], "nothing");

    // Begun and not waited for, it is there all the same.
    change(&checkout, 31);
    let detached = stage.run(&["deploy", "--stage", "local", "--detach"]);
    assert!(matches!(detached.status.code(), Some(0 | 4)), "{}", text(&detached.stderr));
    stage.json(&DEPLOY);
    let plan = stage.json(&["plan", "--stage", "local"]);
    assert_eq!(plan["stacks"][1]["action"], "nothing");
}
