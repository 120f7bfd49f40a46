//! A copy of the engine, in a workspace of its own that is kept between runs, with mistakes that can be switched on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::mistakes::Mistake;

/// How many drawn schedules a broken engine is tried with, after the cells and the stories.
const SEEDS: u32 = 2_000;

const SWITCH: &str = r#"
/// Whether this mistake is to be made.
pub(crate) fn mutant(number: u32) -> bool {
    static CHOSEN: std::sync::LazyLock<Option<u32>> =
        std::sync::LazyLock::new(|| std::env::var("MUTANT").ok().and_then(|text| text.parse().ok()));
    *CHOSEN == Some(number)
}
"#;

/// Builds the programme over a copy of the engine, and returns its path.
pub(crate) fn build(mistakes: &[Mistake]) -> PathBuf {
    let engine = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = engine.join("../..");
    // Beside what cargo builds, under the same target directory.
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("mutants");
    write(&copy.join("Cargo.toml"), &workspace(&root));
    write(&copy.join("Cargo.lock"), &fs::read_to_string(root.join("Cargo.lock")).unwrap());
    write(&copy.join("engine/Cargo.toml"), &fs::read_to_string(engine.join("Cargo.toml")).unwrap());
    let mut sources = Vec::new();
    read(&engine.join("src"), Path::new("src"), &mut sources);
    for (number, mistake) in (1..).zip(mistakes) {
        for (file, good, bad) in mistake.edits {
            let (_, text) = sources.iter_mut().find(|(path, _)| path == &Path::new("src").join(file)).unwrap();
            assert_eq!(text.matches(good).count(), 1, "{}: {file} should have this once: {good}", mistake.name);
            *text = text.replace(good, &bad.replace("MUTANT", &format!("crate::mutant({number})")));
        }
    }
    for (path, text) in &mut sources {
        if path == Path::new("src/lib.rs") {
            text.push_str(SWITCH);
        }
        write(&copy.join("engine").join(path), text);
    }
    let main = format!(
        "fn main() -> std::process::ExitCode {{\n    match engine::programme::probe({SEEDS}) {{\n        None => 0,\n        \
         Some(fault) => {{\n            println!(\"{{fault}}\");\n            1\n        }}\n    }}\n    .into()\n}}\n"
    );
    write(&copy.join("engine/src/bin/probe.rs"), &main);
    let target = copy.join("target");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--ignore-rust-version", "--bin", "probe", "--target-dir"])
        .arg(&target)
        .env("RUSTFLAGS", "--cap-lints=allow")
        // What a build leaves behind that is killed would keep the next one from linking.
        .env("CARGO_INCREMENTAL", "0")
        .current_dir(&copy)
        .output()
        .unwrap();
    assert!(built.status.success(), "the mistakes do not compile:\n{}", String::from_utf8_lossy(&built.stderr));
    target.join("debug/probe")
}

/// The workspace's own settings, for the engine alone.
fn workspace(root: &Path) -> String {
    let text = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let lines = text.lines().filter(|line| !line.contains("{ path = "));
    let lines = lines.map(|line| if line.starts_with("members = ") { "members = [\"engine\"]" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn read(folder: &Path, name: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), name.join(entry.file_name()))).unwrap();
        if path.is_dir() {
            read(&path, &name, into);
        } else {
            into.push((name, fs::read_to_string(path).unwrap()));
        }
    }
}

/// Leaves a file alone that says so already, so that cargo does not build it again.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|before| before == text) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
