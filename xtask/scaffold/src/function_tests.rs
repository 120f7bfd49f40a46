use super::*;
use crate::pipeline::pipeline;
use std::path::Path;

fn read(file: &str) -> Option<String> {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)).ok()
}

fn planned(name: &str, owner: &str, read: &impl Fn(&str) -> Option<String>) -> Result<Plan, String> {
    function(&FunctionName::new(name).unwrap(), &Name::new(owner).unwrap(), read).map_err(|fault| fault.to_string())
}

/// The project with a pipeline that was made.
fn with_snowfall(file: &str) -> Option<String> {
    let plan = pipeline(&Name::new("snowfall").unwrap(), &["local".to_owned()], &read).unwrap();
    let made = plan.changes.into_iter().find(|change| change.file == file);
    made.map(|change| change.text).or_else(|| read(file))
}

fn text<'p>(plan: &'p Plan, file: &str) -> &'p str {
    &plan.changes.iter().find(|change| change.file == file).unwrap().text
}

/// As long as this holds, `new function` finds its places in this project.
#[test]
fn every_place_is_in_the_project_once() {
    for (owner, read) in
        [("snowfall", &with_snowfall as &dyn Fn(&str) -> Option<String>), ("accommodation", &read), ("flats", &read)]
    {
        let plan = planned("mark-drifts", owner, &|file: &str| read(file)).unwrap();
        let left = plan.changes.iter().find(|change| {
            ["sample", "Sample", "SAMPLE", "OWNER"]
                .iter()
                .any(|word| change.text.contains(word) || change.file.contains(word))
        });
        assert_eq!(left, None, "{owner}");
        let contract = text(&plan, "functions/contract/src/mark_drifts.rs");
        assert!(contract.contains("pub const SOURCE: &str = \"mark-drifts/\";\n"), "{contract}");
        assert!(contract.contains("const BIN: &'static str = \"mark-drifts\";\n"), "{contract}");
        let settings = text(&plan, &format!("stacks/src/stage/{owner}.rs"));
        assert!(settings.contains("    pub mark_drifts: MarkDriftsSettings,\n"), "{settings}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    for (name, owner, what) in [
        ("mark-drifts", "taxi", "nothing tells taxi of files"),
        ("mark-drifts", "snowfall", "there is no pipeline 'snowfall'"),
        ("mark-drifts", "inbox", "there is no pipeline 'inbox'"),
        ("consolidate", "flats", "'consolidate' is taken"),
        ("orders", "flats", "'orders' is taken"),
    ] {
        let fault = planned(name, owner, &read).unwrap_err();
        assert!(fault.contains(what), "{name} of {owner}: {fault}");
    }
}
