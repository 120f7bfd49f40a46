use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use stacks::stack::StackKind;
use stacks::stage::{Platform, Stage};

use crate::cloud::Cloud;
use crate::commands::plan::{PlanReport, write_stack};
use crate::failure::{Failure, Outcome};
use crate::output::Form;
use crate::plan::{StackPlan, Step};
use crate::progress::say;
use crate::rollout::{RolledOut, roll_out};
use crate::session::{Emulator, Session};
use crate::upload::Artifact;
use crate::{archives, consent, local, plan, upload};

/// Bring a stage to what its file says
///
/// Builds the functions, plans, asks, uploads what is new, and creates or updates the stacks. What is up to date is
/// left alone. Run it again after any interruption: it goes on from where things stand.
#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Do not ask before changing anything
    #[arg(long)]
    yes: bool,
    /// Stop after showing the plan
    #[arg(long)]
    plan: bool,
    /// Deploy only this stack, such as 'stream'
    #[arg(long, value_name = "STACK", value_parser = StackKind::ALL.map(StackKind::name))]
    only: Option<String>,
    /// Let this resource be replaced or deleted, though it holds data; can be given several times
    #[arg(long, value_name = "LOGICAL_ID")]
    allow_replace: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct DeployReport {
    stage: String,
    endpoint: Option<String>,
    stacks: Vec<StackReport>,
    artifacts: Vec<Artifact>,
    warnings: Vec<String>,
    elapsed_ms: u128,
    #[serde(skip)]
    next: Vec<String>,
}

#[derive(Debug, Serialize)]
struct StackReport {
    name: String,
    status: &'static str,
    changed: bool,
    outputs: BTreeMap<String, String>,
}

impl Deploy {
    pub(crate) async fn run(&self) -> Outcome {
        let started = Instant::now();
        let session = Session::open(&self.stage, Emulator::Start).await?;
        let mut rendered = session.rendered()?;
        if let Some(only) = &self.only {
            rendered.retain(|rendered| rendered.stack.kind.name() == only);
            if rendered.is_empty() {
                return Err(Failure::invalid(format!(
                    "stage {} has no stack {only}: none of its pipelines needs one",
                    self.stage
                )));
            }
        }
        let archives = archives::of(&session.project, &session.stage, &rendered)?;
        let plans = plan::plan(&session, rendered, &upload::keys(&archives)).await?;
        if self.plan {
            return Form::json_if(self.json).tell(&PlanReport::of(&self.stage, plans));
        }
        show(&plans);
        if plans.iter().any(|plan| plan.step != Step::Nothing) {
            let Stage { name, account, .. } = &session.stage;
            let question = format!("Change stage {name} in account {account} as planned above? [y/N]");
            consent::ask(&session.stage, self.yes, &question, &["y", "Y", "yes"], "deploy")?;
        }

        let RolledOut { stacks, artifacts } = roll_out(&session, &plans, &archives, &self.allow_replace).await?;
        let stacks = stacks.into_iter().map(|applied| StackReport {
            name: applied.state.name,
            status: applied.state.status.name(),
            changed: applied.changed,
            outputs: applied.state.outputs,
        });
        let report = DeployReport {
            stage: self.stage.clone(),
            stacks: stacks.collect(),
            artifacts,
            warnings: warnings(&session, &plans),
            elapsed_ms: started.elapsed().as_millis(),
            next: next_steps(&self.stage),
            endpoint: session.endpoint,
        };
        Form::json_if(self.json).tell(&report)
    }
}

/// The plan's changes, on stderr: the result is told at the end, on stdout.
fn show(plans: &[StackPlan]) {
    for plan in plans.iter().filter(|plan| plan.step != Step::Nothing) {
        let mut text = String::new();
        if write_stack(&mut text, &plan.name, plan.step, &plan.resources).is_ok() {
            say(text.trim_end());
        }
    }
}

/// What the stage asks for and the emulator lacks is said, never silently skipped.
fn warnings<C: Cloud>(session: &Session<C>, plans: &[StackPlan]) -> Vec<String> {
    let mut warnings: Vec<_> = match session.stage.platform {
        Platform::Aws => Vec::new(),
        Platform::Emulator => plans.iter().flat_map(|plan| local::gaps::named(plan.template.value())).collect(),
    };
    warnings.sort();
    warnings.dedup();
    warnings
}

fn next_steps(stage: &str) -> Vec<String> {
    vec![
        format!("send trips:          cargo xtask send taxi --stage {stage} --count 1000"),
        format!("look at the results: cargo xtask verify taxi --stage {stage} --wait 60"),
    ]
}

impl fmt::Display for DeployReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stack in &self.stacks {
            let change = if stack.changed { "changed" } else { "no change" };
            writeln!(f, "{:<32} {:<16} {change}", stack.name, stack.status)?;
            for (key, value) in &stack.outputs {
                writeln!(f, "  {key:<16} {value}")?;
            }
        }
        for artifact in self.artifacts.iter().filter(|artifact| artifact.uploaded) {
            writeln!(f, "uploaded {}", artifact.key)?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        let place = self.endpoint.as_deref().unwrap_or("AWS");
        writeln!(
            f,
            "stage {} is up on {place}, after {}.{} s",
            self.stage,
            self.elapsed_ms / 1000,
            self.elapsed_ms % 1000 / 100
        )?;
        for step in &self.next {
            writeln!(f, "  {step}")?;
        }
        Ok(())
    }
}
