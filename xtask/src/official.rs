//! CloudFormation's own rules, from the validator that its makers publish: schemas and semantics, offline.

mod clean;

use cel_engine::CelEngine;
use check::diagnostic::{Diagnostic, Severity};
use check::node::Place;
use engine::failure::{Failure, Outcome};
use schema_validator::SchemaValidator;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;
use validation_engine::{EngineConfig, ValidateConfig, validate_bytes_with_path};

pub(crate) use clean::Clean;

/// Templates are judged once: those in which nothing was found are known again.
pub(crate) struct Official {
    clean: Clean,
    /// Read only when they are asked, since that takes a third of a second.
    rules: Option<Rules>,
}

impl Official {
    pub(crate) const fn new(clean: Clean) -> Self {
        Self { clean, rules: None }
    }

    pub(crate) fn judge_all(&mut self, texts: &[(String, String)]) -> Outcome<Vec<Diagnostic>> {
        let unknown: Vec<_> = texts.iter().filter(|(_, text)| !self.clean.knows(text)).collect();
        if unknown.is_empty() {
            return Ok(Vec::new());
        }
        let rules = match self.rules.take() {
            Some(rules) => rules,
            None => Rules::read()?,
        };
        let found = self.rules.insert(rules).judge_all(&unknown);
        let clean = unknown.iter().filter(|(file, _)| found.iter().all(|one| one.file != *file));
        clean.for_each(|(_, text)| self.clean.remember(text));
        Ok(found)
    }
}

struct Rules {
    engine: CelEngine,
    schemas: SchemaValidator,
}

impl Rules {
    fn read() -> Outcome<Self> {
        let engine = CelEngine::new(EngineConfig::default()).map_err(|error| {
            Failure::new("CloudFormation's own rules cannot be read").since(error.to_string()).hint("run: cargo clean")
        })?;
        Ok(Self { engine, schemas: SchemaValidator::default() })
    }

    /// Several templates, shared out among the machine's cores.
    fn judge_all(&self, texts: &[&(String, String)]) -> Vec<Diagnostic> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let judge = |some: &[&(String, String)]| some.iter().flat_map(|(file, text)| self.judge(file, text)).collect();
        thread::scope(|scope| {
            let shares = texts.chunks(texts.len().div_ceil(cores).max(1));
            let judging: Vec<_> = shares.map(|some| scope.spawn(move || judge(some))).collect();
            let judged = judging.into_iter().map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic)));
            judged.flat_map(|found: Vec<Diagnostic>| found).collect()
        })
    }

    /// What it finds wrong, or worth a warning. What it merely notes is left out.
    fn judge(&self, file: &str, text: &str) -> Vec<Diagnostic> {
        let config = ValidateConfig::default();
        let report = validate_bytes_with_path(&self.engine, &self.schemas, text.as_bytes(), config, file.to_owned());
        let found =
            |rule: &str, severity, place, resource: Option<&str>, message: String, fix: Option<String>| Diagnostic {
                rule: rule.to_owned(),
                severity,
                file: file.to_owned(),
                place,
                resource: resource.map(str::to_owned),
                message,
                fix: fix.unwrap_or_else(|| instead(rule)),
            };
        let report = match report {
            Ok(report) => report,
            Err(error) => {
                let place = Place { line: 1, column: 1 };
                return vec![found("cloudformation", Severity::Error, place, None, error.to_string(), None)];
            }
        };
        let judged = report.diagnostics.iter().filter_map(|told| {
            let severity = match told.severity.as_str() {
                "ERROR" | "FATAL" => Severity::Error,
                "WARN" => Severity::Warning,
                _ => return None,
            };
            let place = told.location.map_or((1, 1), |span| (span.start_line, span.start_column));
            let place = Place { line: place.0 as usize, column: place.1 as usize };
            let fix = told.suggested_fix.clone();
            Some(found(&told.rule_id, severity, place, told.resource_logical_id(), told.message.clone(), fix))
        });
        judged.collect()
    }
}

/// What to do where the validator does not say it: only rules on properties have a schema to look into.
fn instead(rule: &str) -> String {
    if rule.starts_with("E3") || rule.starts_with("F3") {
        return "write what the resource's schema asks for".to_owned();
    }
    "change what is named; the rule is of CloudFormation's own validator".to_owned()
}

/// Whether a rule has a name as CloudFormation's own have: `E3012`.
pub(crate) fn is_named(rule: &str) -> bool {
    let digits = rule.strip_prefix(['E', 'F', 'I', 'W']).unwrap_or_default();
    digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit())
}
