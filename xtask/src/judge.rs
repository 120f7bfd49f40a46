//! Judges stages and templates: CloudFormation's own rules beside ours, less what somebody accepted with a reason.

use check::arn::Location;
use check::diagnostic::{Diagnostic, Severity};
use check::node::Place;
use check::parse::{ParseFault, parse_bytes};
use check::rule::judge;
use check::rules;
use check::suppress;
use check::world::{Source, World};
use engine::failure::{Failure, Outcome};
use stacks::stage::Stage;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

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

    fn take(&mut self, sources: Vec<Source>, location: Location) {
        let world = World::of(sources, location);
        let (found, unknown) = judge(&world, &rules::all());
        self.diagnostics.extend(suppress::apply(found, &suppress::in_templates(&world)));
        self.unknown.extend(unknown);
        self.stacks += world.stacks.len();
    }

    /// CloudFormation's own rules over every text, on as many threads as there are processors.
    fn take_official(&mut self) -> Outcome {
        let official = Official::new()?;
        for (file, text) in &self.files {
            self.diagnostics.extend(official.judge(file, text));
        }
        Ok(())
    }

    fn sorted(mut self) -> Self {
        let key = |found: &Diagnostic| (found.file.clone(), found.place, found.rule.clone());
        self.diagnostics.sort_by_cached_key(key);
        self
    }
}

/// Our rules over one stage, as it renders.
pub(crate) fn stage(stage: &Stage) -> Outcome<Judged> {
    let mut judged = Judged::default();
    add_stage(&mut judged, stage)?;
    Ok(judged.sorted())
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
    judged.take(sources, location);
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
    judged.take(sources, Location::default());
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
