//! Every command of the documentation is run: what needs no account as it stands, all else on stages of the emulator that are
//! called like those in the cloud; and where it names one of those, once more as it stands, until it asks for the account.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::common::shell::Shell;
use crate::common::{root, text};

/// A command, and where it stands.
#[derive(Debug)]
struct Told {
    place: String,
    line: String,
}

/// What is not run as it stands, by how it begins, with the reason. It is read by the real command line all the same.
const NOT_RUN: [(&str, &str); 3] = [
    ("cargo xtask bootstrap", "stages of the emulator have no workflows; the test of it makes one that has"),
    ("cargo xtask test", "it is what runs this"),
    ("cargo xtask bench", "it builds everything optimised, and measures for minutes on a machine that has to be idle"),
];

/// What ends otherwise than well, what it then says, and why that is right.
const ENDS_WITH: [(&str, i32, &str, &str); 2] = [
    (
        "cargo xtask capacity --stage prod --events-per-second",
        3,
        "stage prod does not take that as it is",
        "that is the answer: what has to be raised for so much",
    ),
    (
        "cargo xtask logs orders-etl --request",
        1,
        "--since 3d",
        "the request is one of the day on which this was written",
    ),
];

/// What looks at files only, so that it is tried on the stages as they are.
const OFFLINE: [&str; 11] =
    ["check", "render", "graph", "report", "cost", "capacity", "simulate", "schema", "doctor", "completions", "man"];

/// Nobody waits longer for a command of the documentation.
const PATIENCE: Duration = Duration::from_mins(5);

fn documents() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = docs.filter(|file| file.extension().is_some_and(|extension| extension == "md")).collect();
    // The test of the tutorial takes its steps in their order.
    files.retain(|file| !file.ends_with("tutorial.md"));
    files.sort();
    files.insert(0, root().join("README.md"));
    files
}

/// The commands in fenced blocks, and those in the midst of a sentence.
fn commands() -> (Vec<Told>, Vec<Told>) {
    let (mut blocks, mut inline) = (Vec::new(), Vec::new());
    for file in documents() {
        let name = file.strip_prefix(root()).unwrap().display().to_string();
        let mut is_code = false;
        for (at, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            let told = |line: &str| Told { place: format!("{name}:{}", at + 1), line: line.trim().to_owned() };
            if line.trim_start().starts_with("```") {
                is_code = !is_code;
            } else if is_code {
                let command = line.trim_start().trim_start_matches("$ ");
                blocks.extend(command.starts_with("cargo xtask ").then(|| told(command)));
            } else {
                let spans = line.split('`').skip(1).step_by(2);
                inline.extend(spans.filter(|span| span.starts_with("cargo xtask ")).map(told));
            }
        }
    }
    (blocks, inline)
}

/// Without what a comment says behind it.
fn bare(line: &str) -> &str {
    line.split(" #").next().unwrap_or(line).trim()
}

/// Whether something stands for something else in it, so that it is no command to be typed.
fn is_pattern(line: &str) -> bool {
    let stands_for = |word: &str| word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    line.contains(['[', '…', '|', '<']) || bare(line).split_whitespace().any(stands_for)
}

/// The command line takes it: with `--help` behind it, it does nothing else.
fn is_read(shell: &Shell, told: &Told) {
    let output = shell.run(&format!("{} --help", bare(&told.line)), &[]);
    assert!(output.status.success(), "{}: {}\n{}", told.place, told.line, text(&output.stderr));
}

fn subcommand(line: &str) -> &str {
    line.split_whitespace().nth(2).unwrap_or_default()
}

fn runs(shell: &Shell, Told { place, line }: &Told) {
    let begun = Instant::now();
    let output = shell.run(line, &[]);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    let expected = ENDS_WITH.iter().find(|(begin, ..)| line.starts_with(begin));
    let (code, says) = expected.map_or((0, ""), |(_, code, says, _)| (*code, *says));
    assert_eq!(output.status.code(), Some(code), "{place}: {line}\n{out}\n{err}");
    assert!(out.contains(says) || err.contains(says), "{place}: {line} does not say '{says}'\n{out}\n{err}");
    assert!(begun.elapsed() < PATIENCE, "{place}: {line} took {:?}", begun.elapsed());
}

#[test]
fn every_command_of_the_documentation_runs() {
    let shell = Shell::new();
    let (blocks, inline) = commands();
    assert!(blocks.len() >= 15 && inline.len() >= 5, "{} and {} commands were found", blocks.len(), inline.len());
    let explains = |told: &Told| told.line.contains("--explain");
    let is_not_run = |told: &&Told| !explains(told) && NOT_RUN.iter().any(|(begin, _)| told.line.starts_with(begin));
    for told in blocks.iter().chain(inline.iter().filter(|told| !is_pattern(&told.line))) {
        is_read(&shell, told);
    }
    let (offline, others): (Vec<_>, Vec<_>) = blocks
        .iter()
        .filter(|told| !is_not_run(told))
        .partition(|told| explains(told) || OFFLINE.contains(&subcommand(&told.line)));
    for told in &offline {
        runs(&shell, told);
    }
    let in_the_cloud = |told: &&&Told| {
        ["dev", "staging", "prod"].iter().any(|stage| {
            let line = bare(&told.line);
            line.contains(&format!("--stage {stage}")) || line.contains(&format!("--from {stage}"))
        })
    };
    for Told { place, line } in others.iter().filter(in_the_cloud).filter(|told| !told.line.contains("--local")) {
        let output = shell.run(line, &[]);
        let err = text(&output.stderr);
        assert!(output.status.code() == Some(1) && err.contains("no AWS credentials"), "{place}: {line}\n{err}");
    }
    shell.bring_home();
    for told in &others {
        runs(&shell, told);
    }
    for begin in NOT_RUN.iter().map(|(begin, _)| begin).chain(ENDS_WITH.iter().map(|(begin, ..)| begin)) {
        assert!(blocks.iter().any(|told| told.line.starts_with(begin)), "{begin} is explained, and nowhere told");
    }
    eprintln!("{} commands were run, {} more were read", offline.len() + others.len(), inline.len());
}

/// The table of commands names each that there is, and none that there is not.
#[test]
fn the_table_of_commands_is_of_the_commands() {
    let shell = Shell::new();
    let guide = fs::read_to_string(root().join("docs/guide.md")).unwrap();
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(command, _)| command));
    let named: Vec<&str> = rows.map(|command| command.split(' ').next().unwrap()).collect();
    let help = shell.succeed("cargo xtask --help", &[]);
    let known: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   ")))
        .collect();
    assert!(known.len() > 20, "{help}");
    for command in known.iter().filter(|command| **command != "help") {
        let is_told = named.contains(command)
            || guide.contains(&format!("`{command}`, `"))
            || guide.contains(&format!("`{command}"));
        assert!(is_told, "docs/guide.md does not tell of cargo xtask {command}");
    }
}

#[test]
fn a_pattern_is_told_from_a_command() {
    for pattern in
        ["cargo xtask destroy --stage NAME", "cargo xtask simulate [--seeds N]", "cargo xtask local start|stop"]
    {
        assert!(is_pattern(pattern), "{pattern}");
    }
    for command in
        ["cargo xtask send taxi --stage local --count 1000", "cargo xtask check  # E3012", "cargo xtask local stop"]
    {
        assert!(!is_pattern(command), "{command}");
    }
}
