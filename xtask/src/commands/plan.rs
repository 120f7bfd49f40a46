use clap::Args;
use engine::engine::Engine;
use engine::failure::{Context, Exit, Failure, Outcome};
use engine::plan::Plan as Planned;
use engine::target::Wishes;
use estimate::Difference;
use serde::Serialize;
use std::path::PathBuf;
use std::{fmt, fs};

use crate::board::Board;
use crate::knowledge::Knowledge;
use crate::output::Form;
use crate::session::{Emulator, Session};
use crate::{archives, judge, money, plan_markdown, plan_text, target};

/// Show what a deploy would change, resource by resource
///
/// Ends with 0 if a deploy would go through, and with 3 if somebody has to decide something before.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Also ask AWS which resources differ from their template; takes up to a minute for each stack
    #[arg(long)]
    drift: bool,
    /// With --drift: end with 3 if a resource differs from its template
    #[arg(long, requires = "drift")]
    refuse_drift: bool,
    /// Let this resource be replaced or deleted, though it holds data; can be given several times
    #[arg(long, value_name = "LOGICAL_ID")]
    allow_replace: Vec<String>,
    /// Also write the plan as Markdown, short enough for a comment below a pull request
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Plan {
    pub(crate) async fn run(&self) -> Outcome {
        let session = Session::open(&self.stage, Emulator::Start).await?;
        let rendered = session.rendered()?;
        let judging = judge::beside(&session.project, &session.stage);
        let archives = archives::of(&session.project, &session.stage, &rendered).await?;
        judge::refuse_errors(judging)?;
        let target = target::of(&session.stage, rendered, &archives, None)?;
        let wishes = Wishes { drift: self.drift, allow: self.allow_replace.clone(), ..Wishes::default() };
        let board = Board::new();
        let engine = Engine::new(&session.cloud, &target, &wishes, &Knowledge, &board);
        let plan = Planned::make(&engine).await?;
        let report = PlanReport::of(&session, &plan)?;
        if let Some(file) = &self.markdown {
            let text = plan_markdown::text(&plan, &report.cost());
            fs::write(file, text).failing(|| format!("cannot write {}", file.display()))?;
        }
        Form::json_if(self.json).tell(&report)?;
        plan.decided(&wishes)?;
        if self.refuse_drift { undrifted(&plan) } else { Ok(()) }
    }
}

/// Goes on if every resource is as its template says.
fn undrifted(plan: &Planned) -> Outcome {
    let drifted = plan.stacks.iter().flat_map(|stack| &stack.drift);
    let named: Vec<_> = drifted.map(|drifted| drifted.logical_id.as_str()).collect();
    if named.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("stage {}: differs from its template: {}", plan.stage, named.join(", ")))
        .hint("take back what somebody changed by hand, or write it into the stage file and deploy")
        .exit(Exit::Decision))
}

/// The plan, to be read, with what it does to the bill.
#[derive(Serialize)]
pub(crate) struct PlanReport<'a> {
    #[serde(flatten)]
    plan: &'a Planned,
    /// None where there are no prices of the region.
    cost: Option<Difference>,
    #[serde(skip)]
    no_cost: Option<String>,
}

impl<'a> PlanReport<'a> {
    pub(crate) fn of(session: &Session, plan: &'a Planned) -> Outcome<Self> {
        let (cost, no_cost) = match money::of_plan(&session.project, &session.stage, plan)? {
            Ok(cost) => (Some(cost), None),
            Err(why) => (None, Some(why)),
        };
        Ok(Self { plan, cost, no_cost })
    }

    /// What changes on the bill, in a line; nothing where nothing does.
    pub(crate) fn cost(&self) -> String {
        let cost = self.cost.iter().map(ToString::to_string);
        cost.chain(self.no_cost.iter().map(|why| format!("cost: not told, {why}\n"))).collect()
    }
}

impl fmt::Display for PlanReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        plan_text::write(f, self.plan)?;
        f.write_str(&self.cost())
    }
}
