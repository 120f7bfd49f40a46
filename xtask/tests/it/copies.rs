//! Ten copies of a stage beside each other and beside a stage of its own: each with all pipelines, none with another's data.
//! Then their time is over, and nothing of them is left.

use crate::common::{LocalStage, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

const COPIES: usize = 10;
const PIPELINES: [&str; 5] = ["taxi", "accommodation", "flats", "orders", "rates"];

fn copy<'a>(name: &'a str, ttl: &'a str) -> Vec<&'a str> {
    ["copy", "--from", "staging", "--stage", name, "--local", "--scale", "0.1", "--ttl", ttl, "--json"].to_vec()
}

/// Everything that exists in the emulator, by kind: from what it has saved, once it has stopped in good order.
fn existing(stage: &LocalStage) -> BTreeMap<String, usize> {
    stage.succeed(&["local", "stop"]);
    let mut counts = BTreeMap::new();
    for entry in fs::read_dir(stage.state().join("local/state")).unwrap() {
        let path = entry.unwrap().path();
        let Some(service) = path.file_stem().filter(|_| path.extension().is_some_and(|end| end == "json")) else {
            continue;
        };
        let saved: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for (kind, kept) in saved["payload"].as_object().unwrap() {
            let kind = format!("{}.{kind}", service.to_str().unwrap());
            let all = kept["data"].as_object().into_iter().flatten();
            let count = all.filter(|(name, one)| exists(&kind, name, one)).count();
            if count > 0 {
                counts.insert(kind, count);
            }
        }
    }
    counts
}

/// What tells of what was; and what the emulator keeps of what is gone: versions, and tags.
const PAST: [&str; 7] = [
    "athena._executions",
    "cloudformation.stack_events",
    "cloudwatch.alarm_history",
    "cloudwatch.metrics",
    "dynamodb.tags",
    "stepfunctions.executions",
    "stepfunctions.state_machine_versions",
];

/// What tells of the past is no resource, and a key that is on its way out takes AWS a week.
fn exists(kind: &str, name: &str, one: &Value) -> bool {
    match kind {
        // What every account has, made when it is first asked for.
        "athena._workgroups" => !name.contains("'primary'"),
        "athena._data_catalogs" => !name.contains("AwsDataCatalog"),
        "cloudformation.stacks" => one["StackStatus"] != "DELETE_COMPLETE",
        "kms.keys" => one["KeyState"] != "PendingDeletion",
        _ => !PAST.contains(&kind),
    }
}

fn runs(stage: &LocalStage, args: &[&str]) -> Value {
    let output = stage.command(args).arg("--json").output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Feeds every pipeline with an amount of its own, and looks at what came of it.
fn feed(stage: &LocalStage, name: &str, number: usize) {
    let (trips, rows, seed) = ((100 + number).to_string(), (200 + number).to_string(), number.to_string());
    let on = |command: &str, more: &[&str]| {
        let mut words = command.split(' ').collect::<Vec<_>>();
        words.extend(["--stage", name]);
        words.extend(more);
        runs(stage, &words)
    };
    on("send taxi", &["--count", &trips, "--seed", &seed]);
    on("send accommodation", &["--files", "3", "--seed", &seed]);
    on("send flats", &["--files", "2", "--seed", &seed]);
    on("send orders", &["--rows", &rows, "--seed", &seed]);
    on("invoke orders-etl", &[]);
    on("send rates", &["--rows", &rows, "--seed", &seed]);
    on("invoke load-rates", &[]);
    on("verify taxi", &["--sent", &trips, "--wait", "120"]);
    for pipeline in &PIPELINES[1..] {
        on(
            &format!("verify {pipeline}"),
            if matches!(*pipeline, "accommodation" | "flats") { &["--wait", "120"] } else { &[] },
        );
    }
}

#[test]
fn ten_copies_live_beside_each_other_and_leave_nothing() {
    let stage = LocalStage::new();
    stage.json(&["deploy", "--stage", "local"]);
    stage.json(&["send", "taxi", "--stage", "local", "--count", "90"]);
    stage.json(&["verify", "taxi", "--stage", "local", "--sent", "90", "--wait", "60"]);
    let before = existing(&stage);
    stage.json(&["deploy", "--stage", "local"]);

    let names: Vec<_> = (0..COPIES).map(|number| format!("pr-{number}")).collect();
    let begun = Instant::now();
    let making: Vec<_> = names
        .iter()
        .map(|name| stage.command(&copy(name, "1m")).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    for (name, making) in names.iter().zip(making) {
        let output = making.wait_with_output().unwrap();
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&report["copy"]["of"], &report["copy"]["scale"]), (&"staging".into(), &0.1.into()), "{report}");
    }
    let born = begun.elapsed();
    thread::scope(|scope| {
        let stage = &stage;
        let feeding: Vec<_> =
            names.iter().enumerate().map(|(number, name)| scope.spawn(move || feed(stage, name, number))).collect();
        for fed in feeding {
            fed.join().unwrap();
        }
    });
    eprintln!("{COPIES} copies were there after {born:?}, and fed and verified after {:?}", begun.elapsed());

    // The first one is renewed, and goes on; the others go.
    runs(&stage, &copy(&names[0], "8h")[..10]);
    while begun.elapsed() < born + Duration::from_mins(1) {
        thread::sleep(Duration::from_secs(1));
    }
    let reaped = runs(&stage, &["reap"]);
    let fates: BTreeMap<_, _> = reaped["copies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|copy| (copy["stage"].as_str().unwrap(), &copy["fate"]))
        .collect();
    for name in &names {
        assert_eq!(fates[name.as_str()], if *name == names[0] { "alive" } else { "reaped" }, "{reaped}");
    }
    assert!(!fates.contains_key("local"), "{reaped}");
    runs(&stage, &["verify", "rates", "--stage", &names[0]]);
    let gone = stage.run(&["status", "--stage", &names[1]]);
    assert_eq!(gone.status.code(), Some(2), "{}", text(&gone.stderr));

    // It refuses whatever is no copy, by name too.
    let refused = stage.run(&["reap", "--stage", "local", "--json"]);
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused.stderr));
    assert!(text(&refused.stdout).contains("it is no copy"), "{}", text(&refused.stdout));
    stage.succeed(&["destroy", "--stage", &names[0]]);
    runs(&stage, &["verify", "taxi", "--stage", "local", "--sent", "90"]);
    assert_eq!(existing(&stage), before);
    assert!(!Path::new(env!("CARGO_MANIFEST_DIR")).join("../environments/pr-0.yaml").exists());
}

#[test]
fn a_copy_that_cannot_be_is_refused_before_anything_is_touched() {
    let stage = LocalStage::here();
    for (args, what) in [
        (["--stage", "prod", "--scale", "0.1"], "environments/prod.yaml is a stage of its own"),
        (["--stage", "live", "--scale", "0.1"], "a name of production"),
        (["--stage", "pr-42", "--scale", "0.001"], "write a number from 0.01 to 10"),
        (["--stage", "pr-42", "--ttl", "91d"], "a copy lives for a minute to 90 days"),
        (["--stage", "pr-42", "--only", "taxis"], "did you mean 'taxi'?"),
        (["--stage", "pr_42", "--scale", "1"], "'pr_42' is not a stage name"),
    ] {
        let output = stage.run(&[&["copy", "--from", "staging", "--local"][..], &args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains(what), "{args:?}: {}", text(&output.stderr));
    }
    assert!(!stage.state().join("local/process").exists(), "an emulator was started");
}
