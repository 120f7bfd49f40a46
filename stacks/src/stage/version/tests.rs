use super::*;
use crate::stage::{Architecture, Stage, StageName};
use proptest::prelude::*;

const BEFORE: &str = "\
# Ours.
project: millrace # the first part of every name
account: '111111111111'
region: eu-west-1
pipelines:
  flats:
    # More than the default.
    load:  { memory_mb: 512 }
    warehouse: postgres
  rates:
    load: direct
";

fn parsed(text: &str) -> Result<Stage, StageFault> {
    Stage::parse(StageName::new("dev").unwrap(), "environments/dev.yaml", text, Architecture::X86_64)
}

#[test]
fn a_file_of_the_first_version_is_brought_up_to_date_and_keeps_its_comments() {
    let refused = parsed(BEFORE).unwrap_err().to_string();
    assert!(refused.contains("8:5: unknown key 'load'") && refused.contains("cargo xtask migrate-config"), "{refused}");
    let Upgraded { text, changes } = upgraded("dev.yaml", BEFORE).unwrap();
    let after = BEFORE.replace("project:", "version: 2\nproject:").replace("load:  {", "load_warehouse:  {");
    assert_eq!(text, after);
    assert_eq!(changes, ["pipelines.flats.load is called load_warehouse now", "version 2 is named"]);
    assert_eq!(parsed(&text).unwrap().pipelines.flats.unwrap().load.memory_mb, 512);
    assert_eq!(upgraded("dev.yaml", &text).unwrap(), Upgraded { text, changes: Vec::new() }, "again changes nothing");
}

#[test]
fn a_version_that_is_named_is_believed() {
    let old = BEFORE.replace("project:", "version: 1 # for now\nproject:");
    let refused = parsed(&old).unwrap_err().to_string();
    assert!(refused.contains("2:10: the file is of version 1, and this is of version 2"), "{refused}");
    let new = upgraded("dev.yaml", &old).unwrap().text;
    assert!(new.contains("version: 2 # for now\n") && parsed(&new).is_ok(), "{new}");
    let later = BEFORE.replace("project:", "version: 3\nproject:");
    assert!(parsed(&later).unwrap_err().to_string().contains("bring your checkout up to date"));
    assert!(upgraded("dev.yaml", &later).unwrap_err().to_string().contains("dev.yaml:2:1: the file is of version 3"));
    assert!(upgraded("dev.yaml", "version: new").unwrap_err().to_string().contains("the version is no number"));
}

#[test]
fn what_is_written_otherwise_is_changed_all_the_same_or_refused() {
    let braces = "{project: millrace, account: '1', pipelines: {flats: {'load': {}}}}";
    let new = upgraded("dev.yaml", braces).unwrap().text;
    assert_eq!(new, "{version: 2, project: millrace, account: '1', pipelines: {flats: {load_warehouse: {}}}}");
    let both = "pipelines:\n  flats:\n    load: {}\n    load_warehouse: {}\n";
    assert!(upgraded("dev.yaml", both).unwrap_err().to_string().contains("dev.yaml:3:5: 'load' stands beside"));
    let windows = upgraded("dev.yaml", "project: millrace\r\nregion: x\r\n").unwrap().text;
    assert_eq!(windows, "version: 2\r\nproject: millrace\r\nregion: x\r\n");
    let strange = upgraded("dev.yaml", "? project\n: millrace\n").unwrap_err().to_string();
    assert!(strange.contains("change that by hand"), "{strange}");
    for broken in ["", "# nothing\n", "a: [", "- a\n- b\n"] {
        assert!(upgraded("dev.yaml", broken).unwrap_err().to_string().contains("fix: "), "{broken}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "([a-z:\\- {}\\[\\]'\"?#&*|>!\n\r\t,.0-9]|version|load|flats|pipelines|\n  )*") {
        if let Ok(done) = upgraded("dev.yaml", &text) {
            let again = upgraded("dev.yaml", &done.text).unwrap();
            prop_assert_eq!((again.text, again.changes), (done.text, Vec::new()));
        }
    }
}
