use clap::Args;
use serde::Serialize;
use serde_json::Value;
use std::fmt;

use crate::failure::Outcome;
use crate::output::Form;
use crate::plan::{Action, PlannedResource, StackPlan, Step};
use crate::session::{Emulator, Session};
use crate::template::PropertyChange;
use crate::{archives, plan, upload};

/// Show what a deploy would change, resource by resource
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Plan {
    pub(crate) async fn run(&self) -> Outcome {
        let session = Session::open(&self.stage, Emulator::Start).await?;
        let rendered = session.rendered()?;
        let archives = archives::of(&session.project, &session.stage, &rendered)?;
        let plans = plan::plan(&session, rendered, &upload::keys(&archives)).await?;
        Form::json_if(self.json).tell(&PlanReport::of(&self.stage, plans))
    }
}

/// The plan, to be read.
#[derive(Debug, Serialize)]
pub(crate) struct PlanReport {
    stage: String,
    stacks: Vec<StackReport>,
}

#[derive(Debug, Serialize)]
struct StackReport {
    name: String,
    action: Step,
    resources: Vec<PlannedResource>,
}

impl PlanReport {
    pub(crate) fn of(stage: &str, plans: Vec<StackPlan>) -> Self {
        let stacks = plans.into_iter().map(|p| StackReport { name: p.name, action: p.step, resources: p.resources });
        Self { stage: stage.to_owned(), stacks: stacks.collect() }
    }
}

impl fmt::Display for PlanReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stack in &self.stacks {
            write_stack(f, &stack.name, stack.action, &stack.resources)?;
        }
        Ok(())
    }
}

/// One stack of a plan; `deploy` asks its question below the same lines.
pub(crate) fn write_stack(
    f: &mut impl fmt::Write,
    name: &str,
    action: Step,
    resources: &[PlannedResource],
) -> fmt::Result {
    let verb = match action {
        Step::Create => "create",
        Step::Recreate => "delete what is left of a failed creation, and create again",
        Step::Update => "update",
        Step::Nothing => "no change",
    };
    writeln!(f, "{name}: {verb}")?;
    for resource in resources {
        let sign = match resource.action {
            Action::Create => '+',
            Action::Delete => '-',
            Action::Modify => '~',
        };
        writeln!(f, "  {sign} {:<28} {}", resource.logical_id, resource.kind)?;
        for property in &resource.properties {
            let PropertyChange { path, old, new } = property;
            writeln!(f, "      {path}: {} -> {}", short(old), short(new))?;
        }
    }
    Ok(())
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => return "(none)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
