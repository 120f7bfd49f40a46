//! Watching a stage: what the services tell of real work, on one screen, in logs and in answers.

use crate::common::{LocalStage, text};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const OF_LOCAL: [&str; 2] = ["--stage", "local"];

fn of<'v>(status: &'v Value, pipeline: &str, function: &str) -> &'v Value {
    let all = status["pipelines"].as_array().unwrap();
    let functions = all.iter().find(|it| it["pipeline"] == pipeline).unwrap()["functions"].as_array().unwrap();
    functions.iter().find(|it| it["function"] == function).unwrap_or_else(|| panic!("{status}"))
}

/// Invokes with an event on standard input.
fn invoke(stage: &LocalStage, function: &str, event: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let args = [&["invoke", function, "--event", "-"], &OF_LOCAL[..], more].concat();
    let mut command = stage.command(&args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(event.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn interrupt(pid: u32) {
    assert!(Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap().success());
}

#[test]
fn a_stage_is_watched_while_it_works() {
    let stage = LocalStage::new();
    stage.json(&["deploy", "--stage", "local"]);
    let status = || stage.json(&["status", "--stage", "local"]);

    // Nothing was done yet: what is counted is 0, and what cannot be known is not.
    let before = status();
    assert_eq!(before["unseen"], Value::Array(Vec::new()), "{before}");
    assert!(before["pipelines"].as_array().unwrap().iter().any(|it| it["pipeline"] == "taxi" && it["shards"] == 2));
    assert!(of(&before, "taxi", "write-to-s3")["error_rate"].is_null(), "{before}");

    let follow = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("followed-{}", std::process::id()));
    let args = ["logs", "write-to-s3", "--stage", "local", "--follow", "--metrics", "--json"];
    let mut following = stage.command(&args).stdout(fs::File::create(&follow).unwrap()).spawn().unwrap();
    stage.json(&["send", "taxi", "--stage", "local", "--count", "1000", "--invalid", "0.05"]);
    stage.json(&["verify", "taxi", "--stage", "local", "--sent", "1000", "--wait", "120"]);

    // Every trip is counted once by each function.
    let after = status();
    for function in ["write-to-s3", "send-to-firehose"] {
        let counted = of(&after, "taxi", function);
        assert_eq!(counted["in"], 1000, "{counted}");
        let settled = ["out", "dropped", "rejected"].map(|count| counted[count].as_u64().unwrap()).iter().sum::<u64>();
        assert_eq!(settled, 1000, "{counted}");
        assert_eq!(counted["errors"], 0, "{counted}");
        assert!(counted["last_success"].is_i64() && counted["behind_seconds"].is_u64(), "{counted}");
    }
    let screen = stage.succeed(&["status", "--stage", "local"]);
    assert!(
        screen.contains("write-to-s3") && screen.contains("1,000") && !screen.contains("IngressStream"),
        "{screen}"
    );
    assert!(stage.succeed(&["status", "--stage", "local", "--outputs"]).contains("IngressStream"));

    // What was followed is all of it, each line once.
    let until = Instant::now() + Duration::from_secs(20);
    let lines = loop {
        let lines: Vec<Value> =
            fs::read_to_string(&follow).unwrap().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let counted: u64 = lines.iter().filter_map(|line| line["counts"]["In"].as_u64()).sum();
        assert!(counted <= 1000, "a line was shown twice");
        if counted == 1000 {
            break lines;
        }
        assert!(Instant::now() < until, "only {counted} of 1000 were followed");
        std::thread::sleep(Duration::from_millis(500));
    };
    interrupt(following.id());
    assert_eq!(following.wait().unwrap().code(), Some(0));
    fs::remove_file(&follow).unwrap();
    let starts: Vec<_> =
        lines.iter().filter(|line| line["kind"] == "start").map(|line| line["request"].to_string()).collect();
    assert_eq!(starts.iter().collect::<BTreeSet<_>>().len(), starts.len());

    refuses_what_cannot_be_read(&stage);
    // A function that fails says why, and how its lines are found.
    let (code, out, err) = invoke(&stage, "consolidate", "{}", &["--force", "--json"]);
    assert_eq!(code, Some(1), "{err}");
    let failed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(failed["failed"], true);
    assert!(err.contains("consolidate failed") && err.contains("Records") && err.contains("--request"), "{err}");
    let request = failed["request"].as_str().unwrap();
    let logged = stage.succeed(&["logs", "consolidate", "--stage", "local", "--request", request, "--json"]);
    assert!(logged.lines().count() >= 1 && logged.lines().all(|line| line.contains(request)), "{logged}");
    let (code, out, err) = invoke(&stage, "load-rates", "{}", &["--json"]);
    assert_eq!(code, Some(0), "{err}");
    let answered: Value = serde_json::from_str(&out).unwrap();
    assert!(answered["took"].as_str().unwrap().contains("Duration"), "{answered}");

    let lost = of(&status(), "accommodation", "consolidate").clone();
    // S3 says once that it may tell, which is an invocation too.
    assert_eq!(lost["errors"], 1, "{lost}");
    assert!(lost["error_rate"].as_f64().unwrap() > 0.3, "{lost}");
    let sounding = status()["pipelines"].to_string();
    assert!(sounding.contains("millrace-local-consolidate-errors"), "{sounding}");

    watches(&stage);
}

fn refuses_what_cannot_be_read(stage: &LocalStage) {
    let (code, _, err) = invoke(stage, "consolidate", "{\n  \"Records\": [,]}", &[]);
    assert!(code == Some(2) && err.contains("standard input:2:15: the event is no JSON"), "{err}");
    let (code, _, err) = invoke(stage, "consolidate", "{}", &[]);
    assert!(code == Some(2) && err.contains("missing field `Records`") && err.contains("--force"), "{err}");
    for (args, says) in [
        (["logs", "write-to-s", "--since", "5m"], "did you mean 'write-to-s3'?"),
        (["logs", "write-to-s3", "--since", "5x"], "write a span such as 10m"),
    ] {
        let output = stage.run(&[&args[..], &OF_LOCAL].concat());
        assert!(output.status.code() == Some(2) && text(&output.stderr).contains(says), "{}", text(&output.stderr));
    }
}

/// Where there is no terminal, each look stands below the one before; Ctrl-C ends it well.
fn watches(stage: &LocalStage) {
    let mut watching =
        stage.command(&["status", "--stage", "local", "--watch", "1"]).stdout(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(6));
    interrupt(watching.id());
    assert_eq!(watching.wait().unwrap().code(), Some(0));
    let mut shown = String::new();
    watching.stdout.take().unwrap().read_to_string(&mut shown).unwrap();
    assert!(shown.matches("stage local on the emulator").count() >= 2, "{shown}");
}
