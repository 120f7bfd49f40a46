//! What every shipped stage renders to, byte for byte.
//!
//! After a wanted change: `UPDATE_GOLDEN=1 cargo test -p stacks --test golden`, then read the diff.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use similar::TextDiff;
use stacks::stack::bootstrap::{self, Provider};
use stacks::stage::{Architecture, Stage, StageName};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every shipped stage; `native` stands for `x86_64` wherever the test runs.
fn render(name: &str) -> Vec<(String, String)> {
    let file = format!("environments/{name}.yaml");
    let text = fs::read_to_string(root().join(&file)).unwrap();
    let name = StageName::new(name).unwrap();
    let stage = Stage::parse(name, &file, &text, Architecture::X86_64).unwrap_or_else(|fault| panic!("{fault}"));
    let rendered = stacks::render::render(stacks::stack::stacks(&stage)).unwrap();
    let bootstrap = stage.ci.as_ref().map(|ci| bootstrap::stack(&stage, ci, Provider::Made));
    let bootstrap = stacks::render::render(bootstrap.into_iter().collect()).unwrap();
    let rendered = rendered.into_iter().chain(bootstrap);
    rendered.map(|rendered| (rendered.stack.kind.name().to_owned(), rendered.body)).collect()
}

fn compare(golden: &Path, body: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(golden.parent().unwrap()).unwrap();
        fs::write(golden, body).unwrap();
        return Ok(());
    }
    let expected = fs::read_to_string(golden).unwrap_or_default();
    if expected == body {
        return Ok(());
    }
    let diff = TextDiff::from_lines(&expected, body).unified_diff().header("golden", "rendered").to_string();
    Err(format!("{}:\n{diff}", golden.display()))
}

#[test]
fn every_stage_renders_as_reviewed() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut faults = Vec::new();
    for stage in ["local", "dev", "staging", "prod"] {
        for (stack, body) in render(stage) {
            faults.extend(compare(&golden.join(stage).join(format!("{stack}.yaml")), &body).err());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_same_stage_gives_the_same_bytes() {
    assert_eq!(render("prod"), render("prod"));
}

#[test]
fn the_shipped_schema_is_the_one_that_the_types_give() {
    let file = root().join("environments/stage.schema.json");
    compare(&file, &stacks::stage::schema()).unwrap();
}
