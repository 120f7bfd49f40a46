//! Templates as people write them who know AWS well: whatever is found in one of them is a false alarm.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use check::arn::Location;
use check::parse::parse;
use check::rule::judge;
use check::rules::all;
use check::world::{Source, World};

/// What is judged together: a file alone, or one with what it imports from.
const SETS: [&[&str]; 16] = [
    &["clicks-kinesis.yaml"],
    &["deploy-role.yaml"],
    &["dms.yaml"],
    &["event-bus.json"],
    &["fanout.json"],
    &["firehose-lake.yaml"],
    &["function-url.yaml"],
    &["glue-athena.json"],
    &["network.yaml", "report-task.yaml"],
    &["nightly-jsonpath.yaml"],
    &["orders-jsonata.yaml"],
    &["rds-vpc.yaml"],
    &["redshift-serverless.yaml"],
    &["table-stream.yaml"],
    &["thumbnailer.yaml"],
    &["website.json"],
];

fn source(file: &str) -> Source {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/public").join(file);
    let text = fs::read_to_string(path).unwrap();
    let name = file.split('.').next().unwrap().to_owned();
    Source { name, file: file.to_owned(), root: parse(&text).unwrap(), bytes: text.len(), values: BTreeMap::new() }
}

#[test]
fn nothing_is_found_in_templates_that_are_well_made() {
    let mut wrong = Vec::new();
    for set in SETS {
        let world = World::of(set.iter().map(|file| source(file)).collect(), Location::default());
        let (found, _) = judge(&world, &all());
        wrong.extend(found.iter().map(|one| format!("{}:{} {}: {}", one.file, one.place.line, one.rule, one.message)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_judged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/public");
    let mut there: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    there.sort();
    let mut named: Vec<_> = SETS.iter().flat_map(|set| set.iter().copied()).collect();
    named.sort_unstable();
    assert_eq!(there, named);
}
