//! What holds for every rule: its templates say what it says.

use std::collections::{BTreeMap, BTreeSet};

use super::all;
use crate::arn::Location;
use crate::diagnostic::{Diagnostic, Severity};
use crate::parse::parse;
use crate::rule::{Rule, judge};
use crate::world::{Source, World};

/// What a short template does not go into: who may read a bucket, what becomes of data, and of logs.
const ASIDE: [&str; 5] = ["bucket-tls", "bucket-public", "bucket-versioning", "data-policies", "function-log-group"];

pub(crate) fn world(text: &str) -> World {
    let root = parse(text).unwrap_or_else(|fault| panic!("{fault:?} in {text}"));
    let (name, file) = ("fixture".to_owned(), "fixture.yaml".to_owned());
    let source = Source { name, file, root, bytes: text.len(), values: BTreeMap::new() };
    // As the only stack there is, so that what it imports can be nowhere else.
    let mut world = World::of(vec![source], Location::default());
    world.is_whole = true;
    world
}

/// What one rule finds in a template.
pub(super) fn found(rule: &'static Rule, text: &str) -> Vec<Diagnostic> {
    judge(&world(text), &[rule]).0
}

#[test]
fn each_rule_finds_its_fault_and_nothing_in_the_template_that_passes() {
    let all = all();
    // What is too large to be shown is tested where it is looked for.
    for rule in all.iter().filter(|rule| !rule.failing.is_empty()) {
        assert!(!found(rule, rule.failing).is_empty(), "{} does not find its own fault", rule.id);
        let (found, unknown) = judge(&world(rule.passing), &all);
        let own = |diagnostic: &&Diagnostic| diagnostic.rule == rule.id;
        let other = |diagnostic: &&Diagnostic| {
            diagnostic.severity == Severity::Error && !ASIDE.contains(&diagnostic.rule.as_str())
        };
        let wrong: Vec<_> = found.iter().filter(|diagnostic| own(diagnostic) || other(diagnostic)).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", rule.id);
        assert!(!unknown.iter().any(|what| what.starts_with(rule.id)), "{}: {unknown:?}", rule.id);
    }
}

#[test]
fn each_rule_says_who_it_is() {
    let mut ids = BTreeSet::new();
    for rule in all() {
        assert!(ids.insert(rule.id), "{} is there twice", rule.id);
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(rule.id.contains('-') && rule.id.chars().all(plain), "{}", rule.id);
        for sentence in [rule.says, rule.fix] {
            assert!(sentence.starts_with(|c: char| c.is_ascii_uppercase()), "{}: {sentence}", rule.id);
            assert!(!sentence.ends_with('.') && !sentence.contains("  "), "{}: {sentence}", rule.id);
        }
        assert!(rule.link.is_none_or(|link| link.starts_with("https://docs.aws.amazon.com/")), "{}", rule.id);
    }
}

#[test]
fn nothing_that_cannot_be_known_is_guessed() {
    // Every value of every template that fails, taken away in turn, is no reason to stop.
    for rule in all().into_iter().filter(|rule| !rule.failing.is_empty()) {
        let root = parse(rule.failing).unwrap();
        let mut lines = BTreeSet::new();
        root.walk(&mut |node| {
            lines.insert(node.place.line);
        });
        for line in lines {
            let without: Vec<_> = rule
                .failing
                .lines()
                .enumerate()
                .filter(|(number, _)| number + 1 != line)
                .map(|(_, text)| text)
                .collect();
            if let Ok(root) = parse(&without.join("\n")) {
                let (name, file) = ("part".to_owned(), "part.yaml".to_owned());
                let source = Source { name, file, root, bytes: 0, values: BTreeMap::new() };
                judge(&World::of(vec![source], Location::default()), &all());
            }
        }
    }
}
