use clap::Args;
use serde::Serialize;
use std::fmt;
use std::path::Path;
use std::process::Command;

use engine::failure::{Context, Failure, Outcome};

use crate::output::Form;
use crate::progress::Task;
use crate::project::Project;
use crate::tools;

/// Judge what everything is built from: licences, sources, duplicates, known weaknesses
///
/// Runs cargo-deny by deny.toml, and cargo-audit; each is built on first use, which takes some minutes. Needs no account.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Leave out known weaknesses, whose database is on the network; crates that are not on this machine are fetched all the same
    #[arg(long)]
    offline: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct AuditReport {
    /// What was judged.
    judged: Vec<&'static str>,
    /// Crates that are there in more than one version.
    duplicates: usize,
}

impl Audit {
    pub(crate) fn run(&self) -> Outcome {
        let project = Project::find()?;
        let deny = tools::cargo_deny(&project)?;
        let mut judged = vec!["licences", "bans", "sources"];
        // Not its own `--offline`: the crates of other systems, which no build here has fetched, are judged with the rest.
        let mut words = vec!["--color", "never", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
        if !self.offline {
            words.push("advisories");
            judged.push("advisories");
        }
        let said = judge(
            &project,
            &deny,
            &words,
            "cargo-deny",
            "deny.toml says what may be; a licence or crate is allowed there",
        )?;
        let duplicates = said.matches("warning[duplicate]").count();
        if !self.offline {
            let audit = tools::cargo_audit(&project)?;
            let hint = "take the version that is mended: cargo update CRATE";
            judge(&project, &audit, &["audit", "--color", "never"], "cargo-audit", hint)?;
        }
        Form::json_if(self.json).tell(&AuditReport { judged, duplicates })
    }
}

/// Runs one of them, and answers with what it said.
fn judge(project: &Project, program: &Path, words: &[&str], name: &str, hint: &str) -> Outcome<String> {
    let _task = Task::start(&format!("asking {name}"));
    let output = Command::new(program).args(words).current_dir(project.root()).output();
    let output = output.failing(|| format!("{name} could not be run"))?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    // Warnings are not why it failed.
    let errors: Vec<_> = said.split("\n\n").filter(|part| !part.trim_start().starts_with("warning")).collect();
    let errors = errors.join("\n\n");
    if errors.contains("failed to fetch") {
        return Err(Failure::new(format!("{name} could not fetch what it judges by")).since(errors).hint(
            "connect to the network; --offline leaves out known weaknesses, and needs none once 'cargo fetch --locked' was run",
        ));
    }
    Err(Failure::new(format!("{name} does not let this pass")).since(errors).hint(hint))
}

impl fmt::Display for AuditReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: all well", self.judged.join(", "))?;
        writeln!(f, "{} crates are there in more than one version", self.duplicates)
    }
}
