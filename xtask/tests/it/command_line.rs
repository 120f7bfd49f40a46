//! What the command line answers to mistakes: exit code, cause and remedy.

use crate::common::{LocalStage, root, text};
use std::fs;
use std::net::TcpListener;
use tempfile::TempDir;

/// The command fails with this code, says all of this, and prints no result.
fn fails(stage: &LocalStage, args: &[&str], code: i32, says: &[&str]) {
    fails_with(stage, args, &[], code, says);
}

fn fails_with(stage: &LocalStage, args: &[&str], env: &[(&str, &str)], code: i32, says: &[&str]) {
    let output = stage.command(args).envs(env.iter().copied()).output().unwrap();
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {err}");
    for part in says {
        assert!(err.contains(part), "{args:?} does not say '{part}':\n{err}");
    }
    assert_eq!(text(&output.stdout), "", "{args:?}");
}

#[test]
fn mistakes_are_answered_with_cause_and_remedy() {
    let stage = LocalStage::here();
    fails(&stage, &["deploy"], 2, &["--stage"]);
    fails(&stage, &["deploi", "--stage", "local"], 2, &["deploy"]);
    fails(&stage, &["render", "--stage", "devv"], 2, &["did you mean 'dev'?", "environments/devv.yaml", "local"]);
    fails(&stage, &["render", "--stage", "Dev!"], 2, &["not a stage name"]);
    fails(&stage, &["build", "--function", "write-s3"], 2, &["did you mean 'write-to-s3'?"]);
    fails(&stage, &["deploy", "--stage", "local", "--only", "streem"], 2, &["similar", "'stream'"]);
    fails(&stage, &["send", "taxy", "--stage", "local"], 2, &["taxi"]);
    fails(&stage, &["send", "taxi", "--stage", "local", "--invalid", "2"], 2, &["from 0 to 1"]);
    fails(&stage, &["send", "taxi", "--stage", "local", "--file", "nowhere.csv"], 1, &["nowhere.csv"]);
    fails(&stage, &["status", "--stage", "local"], 1, &["not running", "cargo xtask deploy --stage local"]);
}

#[test]
fn a_csv_that_holds_no_trips_is_refused_with_line_and_cause() {
    let stage = LocalStage::here();
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("trips.csv");
    let send = |says: &[&str]| {
        fails(&stage, &["send", "taxi", "--stage", "local", "--file", file.to_str().unwrap()], 2, says);
    };
    fs::write(&file, "TRIP_ID,CALL_TIPE\n1,C\n").unwrap();
    send(&["trips.csv:1", "CALL_TIPE", "did you mean 'CALL_TYPE'?"]);
    fs::write(&file, "TRIP_ID,CALL_TYPE\n1,C\n").unwrap();
    send(&["trips.csv:1", "ORIGIN_CALL is missing"]);
}

#[test]
fn outside_a_project_it_says_where_to_go() {
    let stage = LocalStage::of(TempDir::new().unwrap().keep());
    fails(&stage, &["render", "--stage", "dev"], 2, &["not inside a Millrace project", "checkout"]);
}

#[test]
fn a_busy_port_is_named_with_the_way_around_it() {
    let stage = LocalStage::here();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let args = ["deploy", "--stage", "local"];
    fails_with(&stage, &args, &[("MILLRACE_LOCAL_PORT", &port)], 1, &[&port, "MILLRACE_LOCAL_PORT"]);
}

#[test]
fn without_python_it_says_how_to_get_it() {
    let stage = LocalStage::here();
    let (tools, bin) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let env = [("MILLRACE_TOOLS", tools.path().to_str().unwrap()), ("PATH", bin.path().to_str().unwrap())];
    fails_with(&stage, &["deploy", "--stage", "local"], &env, 1, &["python3", "next:"]);
}

#[test]
fn credentials_of_no_account_change_nothing() {
    let stage = LocalStage::here();
    let nowhere = TempDir::new().unwrap();
    let env = [
        ("AWS_CONFIG_FILE", nowhere.path().to_str().unwrap()),
        ("AWS_SHARED_CREDENTIALS_FILE", nowhere.path().to_str().unwrap()),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    fails_with(&stage, &["plan", "--stage", "dev"], &env, 1, &["no AWS credentials", "aws sso login"]);
}

#[test]
fn render_writes_the_reviewed_templates_and_the_same_bytes_twice() {
    let stage = LocalStage::here();
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for dir in [&one, &two] {
        stage.succeed(&["render", "--stage", "prod", "--out", dir.path().to_str().unwrap()]);
    }
    for stack in ["data-sources.yaml", "stream.yaml"] {
        let reviewed = fs::read_to_string(root().join("stacks/tests/golden/prod").join(stack)).unwrap();
        for dir in [&one, &two] {
            assert_eq!(fs::read_to_string(dir.path().join(stack)).unwrap(), reviewed);
        }
    }
}
