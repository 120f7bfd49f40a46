//! Faults planted into our own templates, one of each kind at every place where it can stand: the rule that owns it has to
//! find each, and the templates as they are raise nothing.

mod boards;
mod events;
mod faults;
mod identity;
mod machines;
mod places;
mod queues;
mod schedules;

use check::arn::Location;
use check::diagnostic::Diagnostic;
use check::parse::parse;
use check::rule::judge;
use check::rules;
use check::world::{Source, World};
use serde_json::Value;
use stacks::stage::{Architecture, Stage, StageName};
use std::collections::BTreeMap;

use crate::stages;
use boards::BOARDS;
use events::EVENTS;
use faults::FAULTS;
use identity::IDENTITY;
use machines::MACHINES;
use queues::{BESIDE, QUEUES};
use schedules::SCHEDULES;

/// One kind of fault: where it can stand in a template, and how it is planted there.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// The rule that has to find it.
    pub(crate) rule: &'static str,
    /// JSON pointers to what is changed.
    pub(crate) places: fn(&Value) -> Vec<String>,
    pub(crate) plant: fn(&mut Value, &str),
}

fn faults() -> impl Iterator<Item = &'static Fault> {
    FAULTS
        .iter()
        .chain(&IDENTITY)
        .chain(&QUEUES)
        .chain(&EVENTS)
        .chain(&SCHEDULES)
        .chain(&MACHINES)
        .chain(&BESIDE)
        .chain(&BOARDS)
}

const SIGNER: &str = "arn:aws:signer:eu-west-1:111111111111:/signing-profiles/millrace_dev/k3Xw9Qp2Ma";

/// Every stage that the mutants are made from: sizes from a tenth to ten times, each way to run.
fn clean() -> Vec<(String, Vec<(String, Value)>)> {
    let file = |rest: &str| format!("project: millrace\naccount: '111111111111'\nregion: eu-west-1\n{rest}");
    let taxi = |shards: u32, rest: &str| {
        file(&format!(
            "{rest}pipelines:\n  taxi:\n    stream: {{shards: {shards}}}\n    write_to_s3: {{memory_mb: 512}}\n"
        ))
    };
    let queues = |rest: &str| file(&format!("pipelines:\n  accommodation: {{}}\n  flats: {{{rest}}}\n"));
    let stages = [
        ("small", taxi(1, "keep_data: false\n")),
        ("middle", taxi(4, "alerts: {emails: [a@example.com]}\n")),
        ("scaled", file("pipelines:\n  taxi: {stream: {autoscale: {min_shards: 1, max_shards: 40}}}\n")),
        ("large", taxi(40, "log_retention_days: 365\n")),
        ("postgres", queues("warehouse: postgres")),
        ("serverless", queues("redshift: {base_capacity: 16}, load_warehouse: {timeout_seconds: 900}")),
        ("cluster", queues("warehouse: redshift, redshift: {nodes: 1}")),
        ("orders", file("alerts: {emails: [a@example.com]}\npipelines:\n  orders: {}\n")),
        ("rates", file("pipelines:\n  rates: {source: {url: 'https://rates.example.com/'}}\n")),
        ("spark", file("pipelines:\n  rates: {pull: {runs_on: function}, spark: {above_mb: 500}, load: dms}\n")),
        ("shifted", file("release: {shift: linear, percent: 20}\npipelines:\n  taxi: {}\n  accommodation: {}\n")),
        ("signed", file(&format!("code_signing: {SIGNER}\npipelines:\n  taxi: {{}}\n  orders: {{}}\n"))),
        ("demand", file("pipelines:\n  taxi:\n    stream: {mode: on-demand}\n    delivery: {compression: gzip}\n")),
    ];
    let rendered = stages.into_iter().map(|(name, text)| {
        let stage = Stage::parse(StageName::new(name).unwrap(), "stage.yaml", &text, Architecture::Arm64);
        let stage = stage.unwrap_or_else(|fault| panic!("{fault}"));
        let stacks = stages::rendered(&stage).unwrap_or_else(|failure| panic!("{failure}"));
        let value = |body: &str| serde_saphyr::from_str::<Value>(body).unwrap();
        (name.to_owned(), stacks.iter().map(|stack| (stack.stack.name.clone(), value(&stack.body))).collect())
    });
    rendered.collect()
}

fn judged(stacks: &[(String, Value)]) -> Vec<Diagnostic> {
    let source = |(name, template): &(String, Value)| {
        let text = template.to_string();
        let (name, file) = (name.clone(), format!("{name}.json"));
        Source { name, file, root: parse(&text).unwrap(), bytes: text.len(), values: BTreeMap::new() }
    };
    let location = Location { region: "eu-west-1".to_owned(), account: "111111111111".to_owned() };
    let mut world = World::of(stacks.iter().map(source).collect(), location);
    world.is_whole = true;
    judge(&world, &rules::all()).0
}

#[test]
fn every_planted_fault_is_found_by_its_rule_and_clean_templates_raise_nothing() {
    let mut matrix: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut missed = Vec::new();
    for (stage, stacks) in clean() {
        assert_eq!(judged(&stacks), [], "{stage} is clean");
        for fault in faults() {
            for (number, (name, template)) in stacks.iter().enumerate() {
                for place in (fault.places)(template) {
                    let mut mutant = stacks.clone();
                    (fault.plant)(&mut mutant[number].1, &place);
                    let found = judged(&mutant);
                    if found.iter().any(|diagnostic| diagnostic.rule == fault.rule) {
                        *matrix.entry((fault.rule, fault.name)).or_default() += 1;
                    } else {
                        let rules: Vec<_> = found.iter().map(|diagnostic| diagnostic.rule.as_str()).collect();
                        missed.push(format!("{}: {} at {name}{place}, found {rules:?}", fault.rule, fault.name));
                    }
                }
            }
        }
    }
    for ((rule, fault), found) in &matrix {
        println!("{rule:<32} {fault:<44} {found:>4} found");
    }
    println!("{} mutants, each found by its rule", matrix.values().sum::<usize>());
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
    let planted: Vec<_> = matrix.keys().map(|(_, fault)| *fault).collect();
    for fault in faults() {
        assert!(planted.contains(&fault.name), "{} has no place in our templates", fault.name);
    }
    assert!(matrix.values().sum::<usize>() > 300, "only {} mutants", matrix.values().sum::<usize>());
}

/// `PLANTED_FOLDER=dir cargo test … -- --ignored one_mutant`: one mutant of each kind as a file, for other tools to judge.
#[test]
#[ignore = "needs a folder to write to"]
fn one_mutant_of_each_kind_as_a_file() {
    let folder = std::path::PathBuf::from(std::env::var("PLANTED_FOLDER").unwrap());
    let stages = clean();
    for (number, fault) in faults().enumerate() {
        let mut stacks = stages.iter().flat_map(|(_, stacks)| stacks);
        let (template, place) = stacks
            .find_map(|(_, template)| Some((template.clone(), (fault.places)(template).into_iter().next()?)))
            .unwrap_or_else(|| panic!("{} has no place", fault.name));
        let mut mutant = template;
        (fault.plant)(&mut mutant, &place);
        let name = format!("{number:02}-{}-{}.json", fault.rule, fault.name.replace(' ', "_"));
        std::fs::write(folder.join(name), serde_json::to_string_pretty(&mutant).unwrap()).unwrap();
    }
}
