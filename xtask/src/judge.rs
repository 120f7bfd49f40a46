//! Judges stages and templates: CloudFormation's own rules beside ours, less what somebody accepted with a reason.

use check::arn::Location;
use check::diagnostic::{Diagnostic, Severity};
use check::node::Place;
use check::parse::{ParseFault, parse_bytes};
use check::report;
use check::rule::judge;
use check::rules;
use check::suppress::{self, Suppression};
use check::world::{Source, World};
use engine::failure::{Failure, Outcome};
use stacks::stage::Stage;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use crate::official::Official;
use crate::stages;

/// What was found, and in which texts.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What could not be judged, because a value cannot be known.
    pub(crate) unknown: Vec<String>,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) stages: usize,
    pub(crate) stacks: usize,
}

impl Judged {
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|found| found.severity == severity).count()
    }

    fn sorted(mut self) -> Self {
        let key = |found: &Diagnostic| (found.file.clone(), found.place, found.rule.clone());
        self.diagnostics.sort_by_cached_key(key);
        self
    }
}

/// Judges one set of stacks after the other, and keeps of each only what was found.
struct Judge {
    /// Read on a thread of its own: it takes as long as all else.
    official: JoinHandle<Outcome<Official>>,
    taken: TakenNames,
    own_rules: Duration,
    judged: Judged,
}

impl Judge {
    fn new() -> Self {
        let official = thread::spawn(Official::new);
        Self { official, taken: TakenNames::default(), own_rules: Duration::ZERO, judged: Judged::default() }
    }
}

fn in_stage_file(stage: &Stage) -> Vec<Suppression> {
    let number = |number: u64| usize::try_from(number).unwrap_or(1);
    let accepted = stage.suppressed.iter().map(|accepted| Suppression {
        rule: accepted.rule.clone(),
        resource: accepted.resource.clone(),
        reason: accepted.reason.trim().to_owned(),
        file: format!("environments/{}.yaml", stage.name),
        place: Place { line: number(accepted.line), column: number(accepted.column) },
    });
    accepted.collect()
}

/// Every rule over one stage, on a thread of its own: building the functions takes as long.
pub(crate) fn beside(stage: &Stage) -> JoinHandle<Outcome<Judged>> {
    let stage = stage.clone();
    thread::spawn(move || stages(std::slice::from_ref(&stage)))
}

/// Stops what an error would break. Warnings are for `check` itself.
pub(crate) fn refuse_errors(judging: JoinHandle<Outcome<Judged>>) -> Outcome {
    let judged = judging.join().map_err(|_| Failure::new("the check broke off").hint("run: cargo xtask check"))??;
    let errors: Vec<_> = judged.diagnostics.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("{} things would go wrong in production", errors.len()))
        .since(report::text(&errors, &judged.files, false))
        .hint("what a rule means: cargo xtask check --explain RULE"))
}

/// Every rule over these stages.
pub(crate) fn stages(stages: &[Stage]) -> Outcome<Judged> {
    let mut judged = Judged::default();
    for stage in stages {
        add_stage(&mut judged, stage)?;
    }
    judged.take_official()?;
    Ok(judged.sorted())
}

fn add_stage(judged: &mut Judged, stage: &Stage) -> Outcome {
    let mut sources = Vec::new();
    for rendered in stages::rendered(stage)? {
        let file = format!("{}/{}.yaml", stage.name, rendered.stack.kind.name());
        let root = parse_bytes(rendered.body.as_bytes()).map_err(|fault| {
            Failure::new(format!("{file}:{}:{}: {}", fault.place.line, fault.place.column, fault.what))
                .hint("run: cargo xtask test")
        })?;
        let bytes = rendered.body.len();
        sources.push(Source { name: rendered.stack.name, file: file.clone(), root, bytes, values: BTreeMap::new() });
        judged.files.insert(file, rendered.body);
    }
    let location = Location { region: stage.region.to_string(), account: stage.account.to_string() };
    judged.take(sources, location, Some(stage));
    judged.stages += 1;
    Ok(())
}

/// Every rule over templates that anybody wrote, taken together as one account's stacks.
pub(crate) fn templates(files: &[PathBuf]) -> Outcome<Judged> {
    let mut judged = Judged::default();
    let mut sources = Vec::new();
    for path in files {
        let file = path.display().to_string();
        let bytes = fs::read(path).map_err(|error| Failure::invalid(format!("cannot read {file}")).because(&error))?;
        let name = path.file_stem().map_or_else(|| file.clone(), |stem| stem.to_string_lossy().into_owned());
        match parse_bytes(&bytes) {
            Ok(root) => {
                judged.files.insert(file.clone(), String::from_utf8_lossy(&bytes).into_owned());
                sources.push(Source { name, file, root, bytes: bytes.len(), values: BTreeMap::new() });
            }
            Err(fault) => judged.diagnostics.push(unreadable(file, fault)),
        }
    }
    judged.take(sources, Location::default(), None);
    judged.take_official()?;
    Ok(judged.sorted())
}

fn unreadable(file: String, ParseFault { place, what }: ParseFault) -> Diagnostic {
    Diagnostic {
        rule: "template".to_owned(),
        severity: Severity::Error,
        file,
        place: Place { line: place.line.max(1), column: place.column.max(1) },
        resource: None,
        message: what,
        fix: "write a template that CloudFormation can read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    #[test]
    fn nothing_is_found_in_any_of_our_stages() {
        let project = Project::find().unwrap();
        let names = stages::names(&project).unwrap();
        let all: Vec<_> = names.iter().map(|name| stages::load(&project, name).unwrap()).collect();
        let judged = super::stages(&all).unwrap();
        assert_eq!(judged.diagnostics, [], "{:#?}", judged.diagnostics);
        assert_eq!(judged.unknown, Vec::<String>::new());
        assert!(judged.stacks >= 8);
    }
}
