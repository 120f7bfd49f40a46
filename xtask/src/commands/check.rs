use check::diagnostic::{Diagnostic, Severity};
use check::report;
use check::rules;
use clap::Args;
use engine::failure::{Failure, Outcome};
use serde::Serialize;
use std::fmt;
use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Instant;

use crate::judge::{self, Judged, counted};
use crate::official::{self, Clean};
use crate::output::{Form, line};
use crate::project::Project;
use crate::stages;

/// Find what will go wrong in production, before anything is deployed
///
/// Judges the rendered stacks of every stage, or anybody's templates, by CloudFormation's own rules and by rules for data
/// pipelines. Needs no account. Ends with 1 if there is an error.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Check {
    /// Only this stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME", conflicts_with = "template")]
    stage: Option<String>,
    /// Judge these CloudFormation templates instead, YAML or JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    template: Vec<PathBuf>,
    /// Warnings count as errors
    #[arg(long)]
    strict: bool,
    /// Also say what could not be judged, and why
    #[arg(long)]
    verbose: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Also write the findings as SARIF, for code review
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// Also print the findings as annotations of a GitHub workflow
    #[arg(long, env = "GITHUB_ACTIONS", value_parser = clap::builder::FalseyValueParser::new())]
    github: bool,
    /// List the rules for data pipelines
    #[arg(long, exclusive = true)]
    list: bool,
    /// Explain one rule, with what it passes and what it does not
    #[arg(long, value_name = "ID", exclusive = true)]
    explain: Option<String>,
}

#[derive(Debug, Serialize)]
struct CheckReport<'a> {
    diagnostics: &'a [Diagnostic],
    stages: usize,
    stacks: usize,
    elapsed_ms: u128,
    /// Of it, what the rules for pipelines took.
    own_rules_ms: f64,
    #[serde(skip)]
    judged: &'a Judged,
    #[serde(skip)]
    verbose: bool,
}

impl Check {
    pub(crate) fn run(&self) -> Outcome {
        if self.list {
            return list();
        }
        if let Some(id) = &self.explain {
            return explain(id);
        }
        let started = Instant::now();
        let judged = self.judged()?;
        if let Some(file) = &self.sarif {
            let sarif = report::sarif(&judged.diagnostics, &rules::all(), env!("CARGO_PKG_VERSION"));
            fs::write(file, sarif.to_string())
                .map_err(|error| Failure::invalid(format!("cannot write {}", file.display())).because(&error))?;
        }
        if self.github && !self.json {
            line(&report::annotations(&judged.diagnostics))?;
        }
        let told = CheckReport {
            diagnostics: &judged.diagnostics,
            stages: judged.stages,
            stacks: judged.stacks,
            elapsed_ms: started.elapsed().as_millis(),
            own_rules_ms: (judged.own_rules.as_secs_f64() * 10_000.0).round() / 10.0,
            judged: &judged,
            verbose: self.verbose,
        };
        Form::json_if(self.json).tell(&told)?;
        verdict(&judged, self.strict)
    }

    fn judged(&self) -> Outcome<Judged> {
        if !self.template.is_empty() {
            let clean = Project::find().map_or(Clean::none(), |project| Clean::of(&project));
            return judge::templates(clean, &self.template);
        }
        let project = Project::find()?;
        let names = match &self.stage {
            Some(name) => vec![name.clone()],
            None => stages::names(&project)?,
        };
        judge::stages(Clean::of(&project), names.iter().map(|name| stages::load(&project, name)))
    }
}

/// Errors are errors; warnings only if they are to count.
fn verdict(judged: &Judged, strict: bool) -> Outcome {
    let (errors, warnings) = (judged.count(Severity::Error), judged.count(Severity::Warning));
    if errors == 0 && (warnings == 0 || !strict) {
        return Ok(());
    }
    Err(Failure::new(format!("{} and {}", counted(errors, "error"), counted(warnings, "warning")))
        .hint(judge::meaning(&judged.diagnostics)))
}

fn list() -> Outcome {
    for rule in rules::all() {
        let word = if rule.severity == Severity::Error { "error" } else { "warning" };
        line(&format!("{:<32} {word:<8} {}", rule.id, rule.says))?;
    }
    Ok(())
}

fn explain(id: &str) -> Outcome {
    if let Some(what) = not_ours(id) {
        return line(&format!("{id}\n{what}"));
    }
    let all = rules::all();
    let Some(rule) = all.iter().find(|rule| rule.id == id) else {
        let failure = Failure::invalid(format!("there is no rule '{id}'"));
        return Err(match stacks::stage::nearest(id, all.iter().map(|rule| rule.id)) {
            Some(meant) => failure.hint(format!("did you mean '{meant}'?")),
            None => failure.hint("all of them: cargo xtask check --list"),
        });
    };
    let link = rule.link.map(|link| format!("\nsee {link}\n")).unwrap_or_default();
    line(&format!(
        "{}\n{}\nfix: {}\n{link}\nThis passes this rule:\n{}\nThis does not:\n{}",
        rule.id,
        rule.says,
        rule.fix,
        rule.passing,
        if rule.failing.is_empty() { "\n(what it finds is too large to be shown)\n" } else { rule.failing }
    ))
}

/// What stands before findings that are not of a rule for pipelines.
fn not_ours(id: &str) -> Option<&'static str> {
    match id {
        "template" => Some("The file is no template that can be read: the message says where and why"),
        "suppression" => Some("An accepted finding names a rule, gives a reason, and is still there"),
        _ if id == "cloudformation" || official::is_named(id) => Some(
            "A rule of CloudFormation's own validator, which is built in: its message says what CloudFormation would \
             refuse, or what its makers warn of",
        ),
        _ => None,
    }
}

impl fmt::Display for CheckReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colours = std::io::stdout().is_terminal();
        f.write_str(&report::text(self.diagnostics, &self.judged.files, colours))?;
        if self.verbose {
            for unknown in &self.judged.unknown {
                writeln!(f, "not judged: {unknown}")?;
            }
        }
        let (errors, warnings) = (self.judged.count(Severity::Error), self.judged.count(Severity::Warning));
        let Self { stages, stacks, elapsed_ms, .. } = self;
        let judged = match stages {
            0 => counted(*stacks, "template"),
            _ => format!("{} of {}", counted(*stacks, "stack"), counted(*stages, "stage")),
        };
        let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
        writeln!(f, "{judged}: {errors}, {warnings}, in {elapsed_ms} ms")
    }
}
