//! Judges stages and templates: CloudFormation's own rules beside ours, less what somebody accepted with a reason.

use check::arn::Location;
use check::diagnostic::{Diagnostic, Severity};
use check::node::Place;
use check::parse::{ParseFault, parse_bytes};
use check::report;
use check::rule::judge;
use check::rules;
use check::suppress::{self, Suppression};
use check::taken::TakenNames;
use check::world::{Source, World};
use engine::failure::{Failure, Outcome};
use stacks::render::Rendered;
use stacks::stage::Stage;
use std::collections::BTreeMap;
use std::fs;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::official::{Clean, Official, is_named};
use crate::project::Project;
use crate::stages;

/// What was found, and in which texts.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What could not be judged, because a value cannot be known.
    pub(crate) unknown: Vec<String>,
    /// The texts in which something was found.
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) stages: usize,
    pub(crate) stacks: usize,
    /// How long our own rules took, while CloudFormation's were at work too.
    pub(crate) own_rules: Duration,
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

/// Judges one set of stacks after another, and keeps of each only what was found.
struct Judge {
    official: Official,
    taken: TakenNames,
    judged: Judged,
}

/// A template with its text.
type Texts = Vec<(Source, String)>;

impl Judge {
    fn new(clean: Clean) -> Self {
        Self { official: Official::new(clean), taken: TakenNames::default(), judged: Judged::default() }
    }

    /// The stacks of a stage are all that have to do with each other; of templates alone that is not known.
    fn take(&mut self, texts: Texts, location: Location, stage: Option<&Stage>) -> Outcome {
        let (sources, texts): (Vec<_>, Vec<_>) = texts
            .into_iter()
            .map(|(source, text)| {
                let file = source.file.clone();
                (source, (file, text))
            })
            .unzip();
        let (world, mut found, unknown, official) = thread::scope(|scope| {
            let Self { official, taken, .. } = self;
            let official = scope.spawn(|| official.judge_all(&texts));
            let started = Instant::now();
            let mut world = World::of(sources, location);
            world.is_whole = stage.is_some();
            world.stage = stage.map(|stage| stage.name.to_string());
            let (mut found, unknown) = judge(&world, &rules::all());
            found.extend(stage.into_iter().flat_map(|stage| taken.take(stage.name.as_str(), &world)));
            self.judged.own_rules += started.elapsed();
            (world, found, unknown, official.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        found.extend(official?);
        let mut accepted = suppress::in_templates(&world);
        accepted.extend(stage.into_iter().flat_map(in_stage_file));
        let left = suppress::apply(found, &accepted);
        self.judged.files.extend(texts.into_iter().filter(|(file, _)| left.iter().any(|found| found.file == *file)));
        self.judged.diagnostics.extend(left);
        self.judged.unknown.extend(unknown);
        self.judged.stacks += world.stacks.len();
        self.judged.stages += usize::from(stage.is_some());
        Ok(())
    }
}

fn in_stage_file(stage: &Stage) -> Vec<Suppression> {
    let number = |number: u64| usize::try_from(number).unwrap_or(1);
    let accepted = stage.suppressed.iter().map(|accepted| Suppression {
        rule: accepted.rule.clone(),
        resource: accepted.resource.clone(),
        reason: accepted.reason.trim().to_owned(),
        file: format!("environments/{}.yaml", stage.origin()),
        place: Place { line: number(accepted.line), column: number(accepted.column) },
    });
    accepted.collect()
}

/// Where it is said what the rules mean that found something.
pub(crate) fn meaning(found: &[Diagnostic]) -> String {
    let ours = found.iter().find(|one| rules::all().iter().any(|rule| rule.id == one.rule)).map(|one| &one.rule);
    let official = found.iter().find(|one| is_named(&one.rule)).map(|one| &one.rule);
    match (ours, official) {
        (Some(ours), None) => format!("what a rule means: cargo xtask check --explain {ours}"),
        (Some(ours), Some(other)) => {
            format!(
                "what a rule means: cargo xtask check --explain {ours}; {other} is of CloudFormation's own validator"
            )
        }
        (None, Some(other)) => format!("rules such as {other} are of CloudFormation's own validator"),
        (None, None) => "the rules for pipelines: cargo xtask check --list".to_owned(),
    }
}

/// Every rule over one stage, on a thread of its own: building the functions takes as long.
pub(crate) fn beside(project: &Project, stage: &Stage) -> JoinHandle<Outcome<Judged>> {
    let (clean, stage) = (Clean::of(project), stage.clone());
    thread::spawn(move || stages(clean, [Ok(stage)]))
}

/// Stops what an error would break. Warnings are for `check` itself.
pub(crate) fn refuse_errors(judging: JoinHandle<Outcome<Judged>>) -> Outcome {
    let judged = judging.join().map_err(|_| Failure::new("the check broke off").hint("run: cargo xtask check"))??;
    let errors: Vec<_> = judged.diagnostics.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("{} would go wrong in production", counted(errors.len(), "thing")))
        .since(report::text(&errors, &judged.files, false))
        .hint(meaning(&errors)))
}

/// Every rule over these stages, one after the other.
pub(crate) fn stages(clean: Clean, stages: impl IntoIterator<Item = Outcome<Stage>>) -> Outcome<Judged> {
    let mut judge = Judge::new(clean);
    for stage in stages {
        let stage = stage?;
        let location = Location { region: stage.region.to_string(), account: stage.account.to_string() };
        judge.take(texts(&stage)?, location, Some(&stage))?;
    }
    Ok(judge.judged.sorted())
}

fn texts(stage: &Stage) -> Outcome<Texts> {
    let text = |rendered: Rendered| {
        let file = format!("{}/{}.yaml", stage.name, rendered.stack.kind.name());
        let root = parse_bytes(rendered.body.as_bytes()).map_err(|fault| {
            Failure::new(format!("{file}:{}:{}: {}", fault.place.line, fault.place.column, fault.what))
                .hint("run: cargo xtask test")
        })?;
        let bytes = rendered.body.len();
        Ok((Source { name: rendered.stack.name, file, root, bytes, values: BTreeMap::new() }, rendered.body))
    };
    stages::rendered(stage)?.into_iter().map(text).collect()
}

/// Every rule over templates that anybody wrote, taken together as one account's stacks.
pub(crate) fn templates(clean: Clean, files: &[PathBuf]) -> Outcome<Judged> {
    let mut judge = Judge::new(clean);
    let mut texts = Vec::new();
    for path in files {
        let file = path.display().to_string();
        let bytes = fs::read(path).map_err(|error| Failure::invalid(format!("cannot read {file}")).because(&error))?;
        let name = path.file_stem().map_or_else(|| file.clone(), |stem| stem.to_string_lossy().into_owned());
        match parse_bytes(&bytes) {
            Ok(root) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                texts.push((Source { name, file, root, bytes: bytes.len(), values: BTreeMap::new() }, text));
            }
            Err(fault) => {
                judge.judged.stacks += 1;
                judge.judged.diagnostics.push(unreadable(file, fault));
            }
        }
    }
    judge.take(texts, Location::default(), None)?;
    Ok(judge.judged.sorted())
}

/// `1 stack`, `2 stacks`.
pub(crate) fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
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

/// The stacks of a stage with all values worked out.
pub(crate) fn world(stage: &Stage) -> Outcome<World> {
    let location = Location { region: stage.region.to_string(), account: stage.account.to_string() };
    Ok(World::of(texts(stage)?.into_iter().map(|(source, _)| source).collect(), location))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_found_in_any_of_our_stages() {
        let project = Project::find().unwrap();
        let names = stages::names(&project).unwrap();
        let judged = super::stages(Clean::none(), names.iter().map(|name| stages::load(&project, name))).unwrap();
        assert_eq!(judged.diagnostics, [], "{:#?}", judged.diagnostics);
        assert_eq!(judged.unknown, Vec::<String>::new());
        assert!(judged.stacks >= 8);
    }
}
