use chrono::NaiveDate;
use clap::Args;
use contract::Function;
use contract::load_rates::{LoadRates, LoadWish};
use contract::orders_etl::{Daily, OrdersEtl};
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use serde::Serialize;
use serde_json::Value;
use stacks::names;
use stacks::stage::instead;
use std::fmt;
use std::path::PathBuf;
use std::time::Instant;
use watch::line::{Said, read};

use crate::cloud::Invoked;
use crate::output::Form;
use crate::progress::Task;
use crate::session::{Emulator, Session};

mod event;

/// Invoke a function once, and show what it answers, how long it took, and the end of its log
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[derive(Debug, Args)]
pub(crate) struct Invoke {
    /// The function, by the name of its binary, such as orders-etl
    function: String,
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME", default_value = "local")]
    stage: String,
    /// The event, as a JSON file, or - for standard input; without it, an empty one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["today", "again", "prepare"])]
    event: Option<PathBuf>,
    /// Send the event even if the function cannot read it
    #[arg(long, requires = "event")]
    force: bool,
    /// Of orders-etl: the date of the run, instead of today's
    #[arg(long, value_name = "DATE")]
    today: Option<NaiveDate>,
    /// Of orders-etl: replace what an earlier run of the same date has done
    #[arg(long)]
    again: bool,
    /// Of load-rates: only the tables, the view, ports and regions, for DMS to bring the prices
    #[arg(long, conflicts_with_all = ["today", "again"])]
    prepare: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct InvokeReport {
    function: String,
    pub(super) answer: Value,
    /// Whether it failed, so that the answer tells its error.
    failed: bool,
    /// By which its lines are found in the log.
    request: Option<String>,
    /// As seen from here.
    elapsed_ms: u128,
    /// What Lambda says that it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    took: Option<String>,
    /// The end of its log, as it is.
    log: Vec<String>,
    #[serde(skip)]
    hint: String,
}

impl Invoke {
    pub(crate) async fn run(&self) -> Outcome {
        let event = self.event()?;
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let report = ask(&session, &self.function, &event).await?;
        Form::json_if(self.json).tell(&report)?;
        if report.failed {
            return Err(report.failure());
        }
        // A run that refuses its input has done its work, and yet not what was asked for.
        match report.answer["status"].as_str() {
            Some("refused") => Err(Failure::new(format!("{} refused its input: nothing was changed", self.function))
                .hint("mend what the answer names, and invoke it again")),
            _ => Ok(()),
        }
    }

    fn event(&self) -> Outcome<String> {
        if (self.today.is_some() || self.again) && self.function != OrdersEtl::BIN {
            return Err(Failure::invalid(format!(
                "--today and --again are of {}, not of {}",
                OrdersEtl::BIN,
                self.function
            ))
            .hint("give its event as a file: --event FILE"));
        }
        if self.prepare {
            return match self.function.as_str() {
                LoadRates::BIN => Ok(json(&LoadWish { prepare: true, ..LoadWish::default() })),
                other => Err(Failure::invalid(format!("--prepare is of {}, not of {other}", LoadRates::BIN))),
            };
        }
        let (name, text) = match &self.event {
            None => {
                let empty = Daily { today: self.today, again: self.again, ..Daily::default() };
                ("an empty event".to_owned(), json(&empty))
            }
            Some(path) => (event::name(path), event::read(path)?),
        };
        if !self.force {
            event::check(&self.function, &name, &text)?;
        }
        Ok(text)
    }
}

pub(super) fn json(event: &impl Serialize) -> String {
    serde_json::to_string(event).unwrap_or_else(|error| unreachable!("plain data: {error}"))
}

/// How much of the log of a failure is shown.
const LOGGED: usize = 8;

/// Invokes a function that the stage has, and waits for its answer, which may not be an error.
pub(super) async fn invoke(session: &Session, function: &str, event: &str) -> Outcome<InvokeReport> {
    let report = ask(session, function, event).await?;
    if report.failed { Err(report.failure()) } else { Ok(report) }
}

async fn ask(session: &Session, function: &str, event: &str) -> Outcome<InvokeReport> {
    let functions: Vec<_> = session.stage.pipelines.functions().into_iter().map(|(name, _)| name).collect();
    if !functions.contains(&function) {
        return Err(Failure::invalid(format!("stage {} has no function '{function}'", session.stage.name))
            .hint(instead(function, &functions)));
    }
    let (name, started) = (names::thing(&session.stage, function), Instant::now());
    let task = Task::start(&format!("waiting for {name}"));
    let invoked = session.cloud.invoke(&name, event).await.asked(|| format!("cannot invoke {name}"))?;
    drop(task);
    let mut report = InvokeReport::of(name, &invoked, started.elapsed().as_millis());
    let logs = format!("cargo xtask logs {function} --stage {}", session.stage.name);
    report.hint = match &report.request {
        Some(request) => format!("see all that it logged: {logs} --request {request}"),
        None => format!("see all that it logged: {logs}"),
    };
    Ok(report)
}

impl InvokeReport {
    fn of(function: String, invoked: &Invoked, elapsed_ms: u128) -> Self {
        let (mut took, mut request, mut log) = (None, None, Vec::new());
        for line in invoked.log.lines().filter(|line| !line.trim().is_empty()) {
            let (said, of) = read(line);
            request = request.or(of);
            match said {
                Said::Report { took: told } => took = Some(told),
                Said::Words { .. } => log.push(line.trim().to_owned()),
                _ => {}
            }
        }
        let log = log.split_off(log.len().saturating_sub(LOGGED));
        let answer = serde_json::from_slice(&invoked.answer).unwrap_or_default();
        // Where nothing of the log names it, the call's own id is the best guess.
        let request = request.or_else(|| invoked.request.clone());
        Self { function, answer, failed: invoked.failed, request, elapsed_ms, took, log, hint: String::new() }
    }

    fn failure(&self) -> Failure {
        let why = self.answer["errorMessage"].as_str().unwrap_or("it does not say why");
        let failure = Failure::new(format!("{} failed", self.function)).since(why);
        self.log.iter().fold(failure, Failure::since).hint(&self.hint)
    }
}

impl fmt::Display for InvokeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "rounded for people")]
        let seconds = self.elapsed_ms as f64 / 1000.0;
        let answer = serde_json::to_string_pretty(&self.answer).map_err(|_| fmt::Error)?;
        let how = if self.failed { "failed" } else { "answered" };
        writeln!(f, "{} {how} after {seconds:.1} s:\n{answer}", self.function)?;
        if let Some(request) = &self.request {
            writeln!(f, "request {request}")?;
        }
        if let Some(took) = &self.took {
            writeln!(f, "{took}")?;
        }
        // What a failure said is told with it.
        for line in self.log.iter().filter(|_| !self.failed) {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}
