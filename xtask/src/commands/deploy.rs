use clap::Args;
use engine::apply::{Applied, Artifact, Deployed, Took, cancel, deploy};
use engine::engine::Engine;
use engine::failure::{Exit, Failure, Outcome};
use engine::plan::{Action, Plan, Step};
use engine::target::{Target, Wanted, Wishes};
use engine::time::span;
use serde::Serialize;
use stacks::stack::StackKind;
use stacks::stage::{Copied, Platform, Stage, moment};
use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use crate::board::Board;
use crate::cloud::Aws;
use crate::commands::plan::PlanReport;
use crate::commands::seed;
use crate::knowledge::Knowledge;
use crate::output::Form;
use crate::progress::say;
use crate::session::{Emulator, Session};
use crate::steps::{self, Steps};
use crate::{archives, commit, consent, judge, local, plan_text, target};

/// Bring a stage to what its file says
///
/// Builds the functions, plans, asks, uploads what is new, and creates or updates the stacks. What is up to date is
/// left alone. Run it again after any interruption: it goes on from where things stand. Ctrl-C detaches: what was begun
/// goes on in AWS.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Deploy {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    pub(super) stage: String,
    /// Do not ask before changing anything
    #[arg(long)]
    pub(super) yes: bool,
    /// Stop after showing the plan
    #[arg(long)]
    pub(super) plan: bool,
    /// Deploy only this stack, such as 'stream'
    #[arg(long, value_name = "STACK", value_parser = StackKind::ALL.map(StackKind::name))]
    pub(super) only: Option<String>,
    /// Let this resource be replaced or deleted, though it holds data; can be given several times
    #[arg(long, value_name = "LOGICAL_ID")]
    pub(super) allow_replace: Vec<String>,
    /// Leave this resource as it is when a rollback that failed is finished; can be given several times
    #[arg(long, value_name = "LOGICAL_ID")]
    pub(super) skip: Vec<String>,
    /// Wait for whoever is at work on the stage, instead of stopping
    #[arg(long)]
    pub(super) wait: bool,
    /// Begin, and do not wait for the end
    #[arg(long)]
    pub(super) detach: bool,
    /// Give functions new code directly, where only code changes and the stage allows it
    #[arg(long)]
    pub(super) hotswap: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Serialize)]
struct DeployReport {
    stage: String,
    endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copy: Option<CopyReport>,
    stacks: Vec<StackReport>,
    artifacts: Vec<Artifact>,
    /// Functions that were given new code before their stacks.
    hotswapped: Vec<String>,
    warnings: Vec<String>,
    elapsed_ms: u128,
    /// From when cargo began to build this program.
    steps: Steps,
    #[serde(skip)]
    next: Vec<String>,
}

/// What a copy is, and until when.
#[derive(Debug, Serialize)]
struct CopyReport {
    of: String,
    scale: f64,
    expires: String,
}

#[derive(Debug, Serialize)]
struct StackReport {
    name: String,
    status: &'static str,
    changed: bool,
    elapsed_ms: u128,
    /// How long each resource took, the longest first.
    resources: Vec<Took>,
    /// What should be gone and is not.
    leftovers: Vec<String>,
    outputs: BTreeMap<String, String>,
}

/// That it takes a while until new versions have all calls.
fn shifting(stage: &Stage, plan: &Plan) -> Option<String> {
    let shift = stage.release.shift()?;
    let mut resources = plan.stacks.iter().flat_map(|stack| &stack.resources);
    let is_released = |kind: &str, action| kind == "AWS::Lambda::Version" && action == Action::Replace;
    resources.any(|resource| is_released(&resource.kind, resource.action)).then(|| {
        format!("New versions of functions that read a stream or a queue have {shift}; where one fails, its stack is rolled back.")
    })
}

impl Deploy {
    pub(crate) async fn run(&self) -> Outcome {
        Box::pin(self.on(Session::open(&self.stage, Emulator::Start).await?)).await
    }

    /// Of a stage that was made otherwise, such as a copy.
    pub(super) async fn on(&self, session: Session) -> Outcome {
        let started = Instant::now();
        if self.hotswap && !session.stage.hotswap {
            return Err(Failure::invalid(format!("stage {} does not allow --hotswap", self.stage))
                .hint(format!("deploy without it, or write 'hotswap: true' into environments/{}.yaml", self.stage)));
        }
        let target = self.target(&session).await?;
        if session.stage.platform == Platform::Emulator && target.stacks.iter().any(has_database) {
            local::ensure_databases(&session.project)?;
        }
        let (wishes, board) = (self.wishes(), Board::new());
        let engine = Engine::new(&session.cloud, &target, &wishes, &Knowledge, &board);
        if self.plan {
            let plan = Plan::make(&engine).await?;
            Form::json_if(self.json).tell(&PlanReport::of(&session, &plan)?)?;
            return plan.decided(&wishes);
        }
        let consent = |plan: &Plan| self.consent(&session, plan);
        let begun = Instant::now();
        let deployed = Box::pin(deploy(&engine, &consent)).await;
        steps::done("looking at the stacks and changing them", begun.elapsed(), None);
        let deployed = match deployed {
            Err(failure) if board.was_interrupted() => return Err(self.stopped(&engine, failure).await),
            deployed => deployed?,
        };
        seed::by_default(&session).await?;
        let warnings = warnings(&session, &target, &deployed);
        let report = DeployReport {
            stage: self.stage.clone(),
            copy: session.stage.copy.as_ref().map(CopyReport::of),
            stacks: deployed.done.stacks.into_iter().map(StackReport::of).collect(),
            artifacts: deployed.done.artifacts,
            hotswapped: deployed.swapped,
            warnings,
            elapsed_ms: started.elapsed().as_millis(),
            steps: steps::all(),
            next: next_steps(&session.stage),
            endpoint: session.endpoint,
        };
        if report.steps.took_minutes() {
            say(&report.steps.to_string());
        }
        Form::json_if(self.json).tell(&report)
    }

    async fn target(&self, session: &Session) -> Outcome<Target> {
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
        let judging = judge::beside(&session.project, &session.stage);
        let archives = archives::of(&session.project, &session.stage, &rendered).await?;
        judge::refuse_errors(judging)?;
        let commit = commit::current(&session.project);
        let mut target = target::of(&session.stage, rendered, &archives, commit.as_deref())?;
        if self.only.is_some() {
            target.known.retain(|name| target.stacks.iter().any(|stack| stack.name == *name));
        }
        Ok(target)
    }

    fn wishes(&self) -> Wishes {
        Wishes {
            allow: self.allow_replace.clone(),
            skip: self.skip.clone(),
            wait: self.wait,
            detach: self.detach,
            hotswap: self.hotswap,
            ..Wishes::default()
        }
    }

    /// Shows the changes, on stderr, and asks: the result is told at the end, on stdout.
    fn consent(&self, session: &Session, plan: &Plan) -> Outcome {
        let stage = &session.stage;
        for stack in plan.stacks.iter().filter(|stack| stack.action != Step::Nothing) {
            let mut text = String::new();
            if plan_text::write_stack(&mut text, stack).is_ok() {
                say(text.trim_end());
            }
        }
        let cost = PlanReport::of(session, plan)?.cost();
        if !cost.is_empty() {
            say(cost.trim_end());
        }
        if let Some(told) = shifting(stage, plan) {
            say(&told);
        }
        let Stage { name, account, .. } = stage;
        let question = format!("Change stage {name} in account {account} as planned above? [y/N]");
        consent::ask(stage, self.yes, &question, &["y", "Y", "yes"], "deploy")
    }

    /// Somebody pressed Ctrl-C. A second time within a few seconds offers to take back what was begun.
    async fn stopped(&self, engine: &Engine<'_, Aws>, failure: Failure) -> Failure {
        if !consent::can_ask() {
            return failure;
        }
        say("detached; to cancel the updates that are going on, press Ctrl-C again within 5 seconds");
        let again = tokio::time::timeout(Duration::from_secs(5), tokio::signal::ctrl_c()).await;
        if again.is_err() || !consent::says_yes("Cancel the updates that are going on? [y/N]") {
            return failure;
        }
        match cancel(engine).await {
            Ok(stacks) if stacks.is_empty() => failure,
            Ok(stacks) => {
                let told = stacks.iter().map(|state| format!("{} is {}", state.name, state.status.name()));
                let what = format!("stage {}: cancelled: {}", self.stage, told.collect::<Vec<_>>().join(", "));
                Failure::new(what).hint(format!("deploy again when ready: cargo xtask deploy --stage {}", self.stage))
            }
            Err(failed) => failed.exit(Exit::StillRunning),
        }
    }
}

impl CopyReport {
    fn of(copied: &Copied) -> Self {
        Self { of: copied.of.to_string(), scale: copied.scale.factor(), expires: moment(copied.expires) }
    }
}

impl StackReport {
    fn of(applied: Applied) -> Self {
        Self {
            status: applied.state.status.name(),
            changed: applied.changed,
            elapsed_ms: applied.elapsed.as_millis(),
            resources: applied.resources,
            leftovers: applied.leftovers,
            outputs: applied.state.outputs,
            name: applied.state.name,
        }
    }
}

/// Whether a stack has a database that is to be a real one, also on a laptop.
fn has_database(stack: &Wanted) -> bool {
    stack.template.resources().any(|(_, kind, _)| kind == "AWS::RDS::DBInstance")
}

/// What the stage asks for and the emulator lacks is said, never silently skipped; so are stacks that nothing needs.
fn warnings(session: &Session, target: &Target, deployed: &Deployed) -> Vec<String> {
    let mut warnings: Vec<_> = match session.stage.platform {
        Platform::Aws => Vec::new(),
        Platform::Emulator => {
            target.stacks.iter().flat_map(|stack| local::gaps::named(stack.template.value())).collect()
        }
    };
    warnings.sort();
    warnings.dedup();
    let stage = &target.stage;
    for stack in &deployed.plan.unneeded {
        warnings.push(format!(
            "{stack} stands, though nothing in the stage file needs it; to delete it: cargo xtask destroy --stage {stage} \
             --only {stack}"
        ));
    }
    for kept in deployed.plan.stacks.iter().flat_map(|stack| &stack.kept_exports) {
        let by = kept.imported_by.join(", ");
        warnings
            .push(format!("the export {} was kept because {by} imports it; the next deploy removes it", kept.export));
    }
    warnings
}

/// How to feed each pipeline that the stage has, and how to look at what comes of it.
fn next_steps(stage: &Stage) -> Vec<String> {
    let (name, pipelines) = (&stage.name, &stage.pipelines);
    let fed = [
        ("taxi", "--count 1000", pipelines.taxi.is_some()),
        ("accommodation", "--files 20", pipelines.accommodation.is_some()),
        ("flats", "--files 10", pipelines.flats.is_some()),
    ];
    let steps = fed.into_iter().filter(|(.., there)| *there).flat_map(|(pipeline, size, _)| {
        [
            format!("cargo xtask send {pipeline} --stage {name} {size}"),
            format!("cargo xtask verify {pipeline} --stage {name} --wait 60"),
        ]
    });
    let orders = pipelines.orders.iter().flat_map(|_| {
        [
            format!("cargo xtask send orders --stage {name} --rows 10000"),
            format!("cargo xtask invoke orders-etl --stage {name}"),
            format!("cargo xtask verify orders --stage {name}"),
        ]
    });
    let rates = pipelines.rates.iter().flat_map(|_| {
        [
            format!("cargo xtask send rates --stage {name} --rows 10000"),
            format!("cargo xtask invoke load-rates --stage {name}"),
            format!("cargo xtask verify rates --stage {name}"),
        ]
    });
    steps.chain(orders).chain(rates).collect()
}

impl fmt::Display for DeployReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stack in &self.stacks {
            let change = if stack.changed { "changed" } else { "no change" };
            write!(f, "{:<32} {:<16} {change}", stack.name, stack.status)?;
            if stack.changed {
                write!(f, ", {}", told(stack.elapsed_ms))?;
            }
            writeln!(f)?;
            for (key, value) in &stack.outputs {
                writeln!(f, "  {key:<16} {value}")?;
            }
            let slow = stack.resources.iter().filter(|took| took.elapsed_ms >= 5_000).take(3);
            for Took { logical_id, elapsed_ms } in slow {
                writeln!(f, "  {logical_id} took {}", told(*elapsed_ms))?;
            }
            for leftover in &stack.leftovers {
                writeln!(f, "  left over, delete it by hand: {leftover}")?;
            }
        }
        for artifact in self.artifacts.iter().filter(|artifact| artifact.uploaded || artifact.signed) {
            writeln!(f, "{} {}", if artifact.signed { "signed" } else { "uploaded" }, artifact.key)?;
        }
        if !self.hotswapped.is_empty() {
            writeln!(f, "live already: {}; their stacks follow by themselves", self.hotswapped.join(", "))?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        let place = self.endpoint.as_deref().unwrap_or("AWS");
        writeln!(f, "stage {} is up on {place}, after {}", self.stage, told(self.elapsed_ms))?;
        if let Some(CopyReport { of, scale, expires }) = &self.copy {
            let stage = &self.stage;
            writeln!(f, "it is a copy of {of} at {scale} of its size, until {expires}")?;
            writeln!(f, "  to renew it, the same command again; to end it: cargo xtask destroy --stage {stage}")?;
        }
        for step in &self.next {
            writeln!(f, "  {step}")?;
        }
        Ok(())
    }
}

fn told(millis: u128) -> String {
    span(Duration::from_millis(u64::try_from(millis).unwrap_or_default()))
}
