//! The workflows, step by step on this machine: each `run:` line as its host would run it, on stages of the emulator that are
//! called like those in the cloud.

mod expression;
mod host;

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

use crate::common::shell::Shell;
use host::Host;

/// What this machine cannot do: it has no code host and no cloud to sign in to, and fetches no toolchain. The tests are
/// what runs this.
const SKIPPED: [&str; 8] = [
    "actions/cache",
    "actions/checkout",
    "aws-actions/configure-aws-credentials",
    "cargo xtask audit",
    "cargo xtask build",
    "cargo xtask test",
    "gh pr comment",
    "rustup target add",
];

fn instead(shell: &Shell, run: &str, variables: &[(String, String)]) -> bool {
    match run {
        "cargo xtask test" => true,
        // Once: what two checkouts build is compared by `code_change`, and building all of it again takes its minutes.
        "cargo xtask build --stage staging --twice" => {
            shell.succeed("cargo xtask build --stage staging", variables);
            true
        }
        // All but the advisories, whose database is on the network.
        "cargo xtask audit" => {
            shell.succeed("cargo xtask audit --offline", variables);
            true
        }
        _ if run.starts_with("rustup target add ") => true,
        _ if run.starts_with("gh pr comment ") => {
            assert!(run.ends_with("--body-file plan.md"), "{run}");
            let comment = fs::read_to_string(shell.file("plan.md")).unwrap();
            assert!(comment.contains("### Plan of stage `dev`") && comment.chars().count() <= 65_536, "{comment}");
            assert!(variables.iter().any(|(name, value)| name == "NUMBER" && value == "7"), "{variables:?}");
            true
        }
        _ => false,
    }
}

fn pull_request(action: &str, label: &str, labels: &[&str], repository: &str) -> Value {
    let labels: Vec<_> = labels.iter().map(|name| json!({"name": name})).collect();
    let state = if action == "closed" { "closed" } else { "open" };
    json!({
        "repository": "us/millrace",
        "token": "none",
        "event_name": "pull_request",
        "event": {
            "action": action,
            "label": {"name": label},
            "pull_request": {
                "number": 7,
                "state": state,
                "labels": labels,
                "head": {"repo": {"full_name": repository}},
            },
        },
    })
}

#[test]
fn every_workflow_runs_step_by_step_on_this_machine() {
    let shell = Shell::new();
    shell.bring_home();
    let mut host = Host { shell: &shell, instead, ran: Vec::new(), skipped: BTreeSet::new() };
    let nothing = json!({});
    let main = json!({"repository": "us/millrace", "event_name": "push", "event": {}});

    // The check is the same for a pull request.
    assert_eq!(host.run("deploy.yml", &main, &nothing), ["check", "dev", "staging", "prod"]);
    let deploys: Vec<_> = host.ran.iter().filter(|line| line.starts_with("cargo xtask deploy")).collect();
    assert_eq!(
        deploys,
        ["dev", "staging", "prod"].map(|stage| format!("cargo xtask deploy --stage {stage} --yes")).each_ref()
    );

    // Somebody changes dev in a branch.
    let file = shell.file("environments/dev.yaml");
    let changed = fs::read_to_string(&file).unwrap().replace("target_percent: 10", "target_percent: 20");
    fs::write(&file, changed).unwrap();
    let opened = pull_request("opened", "", &[], "us/millrace");
    assert_eq!(host.run("plan.yml", &opened, &nothing), ["plan"]);
    let comment = fs::read_to_string(shell.file("plan.md")).unwrap();
    assert!(comment.contains("millrace-dev-stream") && comment.contains("| change |"), "{comment}");

    // A copy of its own, with what flows through every pipeline; it goes with the pull request, and may be gone by then.
    let labelled = pull_request("labeled", "copy", &["copy"], "us/millrace");
    assert_eq!(host.run("copy.yml", &labelled, &nothing), ["make"]);
    assert!(host.ran.contains(&"cargo xtask verify rates --stage pr-7 --wait 300".to_owned()), "{:?}", host.ran);
    let closed = pull_request("closed", "", &["copy"], "us/millrace");
    assert_eq!(host.run("copy.yml", &closed, &nothing), ["end"]);
    assert_eq!(host.run("copy.yml", &closed, &nothing), ["end"]);
    assert_eq!(shell.run("cargo xtask status --stage pr-7", &[]).status.code(), Some(2), "the copy is there still");

    // By night.
    assert_eq!(host.run("reap.yml", &main, &nothing), ["reap"]);
    assert_eq!(host.run("drift.yml", &main, &nothing), ["drift"]);
    let summary = fs::read_to_string(shell.file("summary.md")).unwrap();
    assert!(summary.contains("### Plan of stage `prod`"), "{summary}");

    assert_eq!(host.skipped, SKIPPED.map(str::to_owned).into(), "what is left out is not what was said");
    eprintln!("{} steps were run", host.ran.len());
}

#[test]
fn whoever_may_not_gets_nothing() {
    let shell = Shell::new();
    let refuse = |_: &Shell, run: &str, _: &[(String, String)]| -> bool { panic!("{run} would be run") };
    let mut host = Host { shell: &shell, instead: refuse, ran: Vec::new(), skipped: BTreeSet::new() };
    let none = Vec::<String>::new();
    let stranger = |action, label, labels: &[&str]| pull_request(action, label, labels, "stranger/millrace");
    assert_eq!(host.run("plan.yml", &stranger("opened", "", &[]), &json!({})), none);
    for (action, label, labels) in [("labeled", "copy", &["copy"][..]), ("closed", "", &["copy"])] {
        assert_eq!(host.run("copy.yml", &stranger(action, label, labels), &json!({})), none, "{action}");
    }
    // Without the label, or where another one comes or goes, there is no copy to make or to end.
    for (action, label, labels) in [
        ("synchronize", "", &[][..]),
        ("labeled", "bug", &["bug", "copy"]),
        ("unlabeled", "bug", &["copy"]),
        ("closed", "", &["bug"]),
    ] {
        let ours = pull_request(action, label, labels, "us/millrace");
        assert_eq!(host.run("copy.yml", &ours, &json!({})), none, "{action} {label}");
    }
}
