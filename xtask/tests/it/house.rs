//! House rules that no lint knows: what the core may depend on, and how large a file may be.

use crate::common::{root, text};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The names of all that a package is built from, itself among it; dev-dependencies are not.
fn built_from(package: &str) -> BTreeSet<String> {
    let tree = ["tree", "--package", package, "--edges", "normal,build", "--prefix", "none", "--offline", "--locked"];
    let output = Command::new("cargo").args(tree).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect()
}

#[test]
fn the_core_and_the_contract_are_built_without_anything_that_does_io() {
    for package in ["stacks", "contract"] {
        let parts = built_from(package);
        assert!(parts.contains("serde_json"), "the walk finds nothing: {parts:?}");
        for part in &parts {
            let barred = [
                "tokio",
                "hyper",
                "reqwest",
                "rustls",
                "mio",
                "socket2",
                "object_store",
                "lambda_runtime",
                "tempfile",
                "walkdir",
                "globwalk",
            ];
            assert!(
                !barred.contains(&part.as_str()) && !part.starts_with("aws-") && !part.starts_with("async-"),
                "{package} is built with {part}"
            );
        }
    }
}

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn files_are_rooms_of_one_purpose() {
    let mut files = Vec::new();
    for dir in ["stacks", "functions", "xtask"] {
        sources(&root().join(dir), &mut files);
    }
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut lengths = Vec::new();
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        let name = file.strip_prefix(root()).unwrap().display().to_string();
        assert!(
            lines <= 400 || architecture.contains(&name),
            "{name} has {lines} lines and no reason in ARCHITECTURE.md"
        );
        lengths.push(lines);
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 100, "half of the files have more than {median} lines");
}
