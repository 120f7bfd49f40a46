//! What keeps a checkout and a machine in order: the doctor, and stage files of earlier versions.

use crate::common::{LocalStage, root, text};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

#[test]
fn the_doctor_finds_this_machine_fit_and_one_without_a_compiler_not() {
    let stage = LocalStage::here();
    let found = stage.json(&["doctor"]);
    let state_in = |found: &Value, thing: &str| {
        let findings = found["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["thing"] == thing).unwrap()["state"].clone()
    };
    for thing in ["Rust", "cc", "git", "Python", "stage local", "loopback"] {
        assert_eq!(state_in(&found, thing), "there", "{found:#}");
    }
    assert_eq!(state_in(&found, "emulator"), "later");

    // What stands first on the PATH is a compiler that does not run.
    let bin = TempDir::new().unwrap();
    fs::write(bin.path().join("cc"), "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(bin.path().join("cc"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap());
    let output = stage.command(&["doctor"]).env("PATH", path).output().unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{out}");
    assert!(out.lines().any(|line| line.starts_with("MISSING") && line.contains("cc ")), "{out}");
    assert!(out.contains("apt-get install build-essential"), "{out}");
    assert!(err.contains("one thing is missing"), "{err}");
}

#[test]
fn stage_files_of_an_earlier_version_are_brought_up_to_date_or_left_alone() {
    let project = TempDir::new().unwrap();
    let environments = project.path().join("environments");
    fs::create_dir(&environments).unwrap();
    fs::write(project.path().join("Cargo.toml"), "").unwrap();
    let today = fs::read_to_string(root().join("environments/local.yaml")).unwrap();
    let before = today.replace("version: 2\n", "").replace("load_warehouse:", "load: # ours");
    let write = |name: &str, text: &str| fs::write(environments.join(name), text).unwrap();
    let read = |name: &str| fs::read_to_string(environments.join(name)).unwrap();
    write("local.yaml", &before);
    write("broken.yaml", "pipelines: [");

    let stage = LocalStage::of(project.path().to_owned());
    let refused = stage.run(&["migrate-config"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("environments/broken.yaml:"), "{}", text(&refused.stderr));
    assert_eq!(read("local.yaml"), before, "nothing is written unless every file can be");

    fs::remove_file(environments.join("broken.yaml")).unwrap();
    let tried = stage.succeed(&["migrate-config", "--dry-run"]);
    assert!(tried.contains("load is called load_warehouse now") && tried.contains("nothing was written"), "{tried}");
    assert_eq!(read("local.yaml"), before);
    stage.succeed(&["migrate-config"]);
    assert_eq!(read("local.yaml"), today.replace("load_warehouse:", "load_warehouse: # ours"));
    assert!(stage.succeed(&["migrate-config"]).contains("of version 2 already"));
    stage.succeed(&["render", "--stage", "local", "--out", project.path().join("out").to_str().unwrap()]);
}
