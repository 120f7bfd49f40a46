//! A second checkout: it builds the same archives, and a change of one function's code there is the change of one archive
//! and one stack.

use crate::common::{LocalStage, root, target};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

fn keys(report: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["artifacts"].as_array().unwrap().iter().map(|a| (text(&a["function"]), text(&a["key"]))).collect()
}

/// That nothing in the programs says where they were built: the same code in any folder gives the same bytes.
fn names_no_folder(archive: &Path, folders: &[PathBuf]) {
    let mut zip = zip::ZipArchive::new(File::open(archive).unwrap()).unwrap();
    let mut program = Vec::new();
    zip.by_name("bootstrap").unwrap().read_to_end(&mut program).unwrap();
    assert!(program.len() > 1_000_000, "{} holds no program", archive.display());
    for folder in folders {
        let text = folder.to_str().unwrap();
        let there = program.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(!there, "{} names {text}", archive.display());
    }
}

/// Otherwise what was built of the same files before would be taken.
fn forget_builds() {
    let Ok(known) = fs::read_dir(target().join("millrace/known")) else { return };
    let known =
        known.map(|build| build.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "json"));
    known.for_each(|build| fs::remove_file(build).unwrap());
}

#[test]
fn a_change_of_one_function_is_one_archive_and_one_stack() {
    // What they depend on is built once for both, below folders that no program names; their own crates by each.
    forget_builds();
    let here = LocalStage::here().json(&["build", "--stage", "local"]);
    forget_builds();
    let stage = LocalStage::new();
    let checkout = stage.checkout();
    let before = stage.json(&["deploy", "--stage", "local"]);
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = cargo.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let folders: Vec<_> = [root(), checkout.clone(), target().to_owned()].into_iter().chain(cargo).collect();
    for archive in here["archives"].as_array().unwrap() {
        let (function, sha256) = (archive["function"].as_str().unwrap(), archive["sha256"].as_str().unwrap());
        let path = Path::new(archive["path"].as_str().unwrap());
        if path.extension().is_some_and(|end| end == "zip") {
            assert_eq!(keys(&before)[function], format!("{function}/{sha256}.zip"), "two checkouts, other bytes");
            names_no_folder(path, &folders);
        }
    }

    let source = checkout.join("functions/write-to-s3/src/folder.rs");
    let code = fs::read_to_string(&source).unwrap();
    let changed = code.replace("is not as this function writes it", "is not what this function writes");
    assert_ne!(code, changed);
    fs::write(&source, changed).unwrap();

    let after = stage.json(&["deploy", "--stage", "local"]);
    let uploaded: Vec<_> =
        after["artifacts"].as_array().unwrap().iter().filter(|a| a["uploaded"] == json!(true)).collect();
    assert_eq!(uploaded.len(), 1, "{after}");
    assert_eq!(uploaded[0]["function"], "write-to-s3");
    assert_eq!((&after["stacks"][0]["changed"], &after["stacks"][1]["changed"]), (&json!(false), &json!(true)));
    assert_eq!(after["stacks"][1]["status"], "UPDATE_COMPLETE");
    assert_eq!(keys(&before)["send-to-firehose"], keys(&after)["send-to-firehose"]);

    // What is deployed works.
    stage.json(&["send", "taxi", "--stage", "local", "--count", "100"]);
    stage.json(&["verify", "taxi", "--stage", "local", "--sent", "100", "--wait", "60"]);
}
