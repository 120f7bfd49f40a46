//! Two deploys at the same time: of two stages, which do not disturb each other, and of one, which take turns.

use crate::common::{LocalStage, text};
use crate::interruptions::{change, deploying_until, signal};
use serde_json::json;
use std::fs;
use std::process::Stdio;

#[test]
fn two_stages_do_not_disturb_each_other() {
    let stage = LocalStage::new();
    let checkout = stage.checkout();
    fs::copy(checkout.join("environments/local.yaml"), checkout.join("environments/other.yaml")).unwrap();
    // The emulator is there before both of them look for it, and so are the archives.
    stage.json(&["plan", "--stage", "local"]);
    let deploys = ["local", "other"].map(|name| {
        let deploy = ["deploy", "--stage", name, "--json"];
        (name, stage.command(&deploy).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    });
    for (name, deploy) in deploys {
        let output = deploy.wait_with_output().unwrap();
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
    }
    for name in ["local", "other"] {
        stage.json(&["send", "taxi", "--stage", name, "--count", "100"]);
        stage.json(&["verify", "taxi", "--stage", name, "--sent", "100", "--wait", "60"]);
    }
    stage.succeed(&["destroy", "--stage", "other"]);
    stage.json(&["verify", "taxi", "--stage", "local", "--sent", "100"]);
}

#[test]
fn the_second_deployer_of_a_stage_is_told_of_the_first_or_waits() {
    let stage = LocalStage::new();
    let checkout = stage.checkout();
    stage.json(&["deploy", "--stage", "local"]);
    change(&checkout, 20);
    let mut first = deploying_until(&stage, "updating millrace-local-stream");
    signal(&first, "-STOP");

    let second = stage.run(&["deploy", "--stage", "local"]);
    let said = text(&second.stderr);
    assert_eq!(second.status.code(), Some(3), "{said}");
    assert!(said.contains(&format!("process {}", first.id())) && said.contains("--wait"), "{said}");

    let waiting = ["deploy", "--stage", "local", "--wait", "--json"];
    let waiting = stage.command(&waiting).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    signal(&first, "-CONT");
    assert!(first.wait().unwrap().success());
    let waited = waiting.wait_with_output().unwrap();
    assert!(waited.status.success(), "{}", text(&waited.stderr));
    assert!(text(&waited.stderr).contains("at work on stage local"), "{}", text(&waited.stderr));
    let plan = stage.json(&["plan", "--stage", "local"]);
    assert_eq!(plan["stacks"][1]["action"], json!("nothing"));

    // One that dies without a word keeps nobody out.
    change(&checkout, 21);
    let mut dead = deploying_until(&stage, "updating millrace-local-stream");
    dead.kill().unwrap();
    dead.wait().unwrap();
    stage.json(&["deploy", "--stage", "local"]);
}
