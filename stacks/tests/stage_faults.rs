//! Every kind of fault that a stage file can have, and the answer that a person gets: one fixture each, named after
//! the fault, with the answer beside it.
//!
//! After a wanted change: `UPDATE_GOLDEN=1 cargo test -p stacks --test stage_faults`, then read the answers.

use stacks::stage::{Architecture, Stage, StageName};
use std::fs;
use std::path::Path;

#[test]
fn every_fault_is_answered_with_place_cause_and_remedy() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stage-faults");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        seen += 1;
        let fault = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let file = format!("environments/{fault}.yaml");
        let answer = match Stage::parse(StageName::new("dev").unwrap(), &file, &text, Architecture::X86_64) {
            Ok(_) => "accepted\n".to_owned(),
            Err(fault) => format!("{fault}\n"),
        };
        let expected = path.with_extension("txt");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&expected, &answer).unwrap();
        }
        if !answer.contains("fix: ") || fs::read_to_string(&expected).unwrap_or_default() != answer {
            wrong.push(answer);
        }
    }
    assert!(seen >= 30, "only {seen} fixtures were found");
    assert!(wrong.is_empty(), "these answers are new or say no remedy:\n\n{}", wrong.join("\n"));
}
