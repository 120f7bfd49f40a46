use chrono::NaiveDate;
use clap::Args;
use contract::Function;
use contract::load_rates::{LoadRates, LoadWish};
use contract::orders_etl::{Daily, OrdersEtl};
use engine::failure::{Context, Failure, Outcome};
use engine::refusal::Asked;
use serde::Serialize;
use serde_json::Value;
use stacks::names;
use stacks::stage::instead;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use crate::output::Form;
use crate::progress::Task;
use crate::session::{Emulator, Session};

/// Invoke a function once, and show what it answers
#[derive(Debug, Args)]
pub(crate) struct Invoke {
    /// The function, by the name of its binary, such as orders-etl
    function: String,
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME", default_value = "local")]
    stage: String,
    /// The event, as a JSON file; without it, an empty one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["today", "again", "prepare"])]
    event: Option<PathBuf>,
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
    elapsed_ms: u128,
}

impl Invoke {
    pub(crate) async fn run(&self) -> Outcome {
        let event = self.event()?;
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let report = invoke(&session, &self.function, &event).await?;
        Form::json_if(self.json).tell(&report)?;
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
        let Some(path) = &self.event else {
            return Ok(json(&Daily { today: self.today, again: self.again, ..Daily::default() }));
        };
        let text = fs::read_to_string(path).failing(|| format!("cannot read {}", path.display()))?;
        let value: Value = serde_json::from_str(&text)
            .map_err(|error| Failure::invalid(format!("{} is not JSON", path.display())).because(&error))?;
        Ok(value.to_string())
    }
}

pub(super) fn json(event: &impl Serialize) -> String {
    serde_json::to_string(event).unwrap_or_else(|error| unreachable!("plain data: {error}"))
}

/// How much of the log of a failure is shown.
const LOGGED: usize = 8;

/// Invokes a function that the stage has, and waits for its answer.
pub(super) async fn invoke(session: &Session, function: &str, event: &str) -> Outcome<InvokeReport> {
    let functions: Vec<_> = session.stage.pipelines.functions().into_iter().map(|(name, _)| name).collect();
    if !functions.contains(&function) {
        return Err(Failure::invalid(format!("stage {} has no function '{function}'", session.stage.name))
            .hint(instead(function, &functions)));
    }
    let (name, started) = (names::thing(&session.stage, function), Instant::now());
    let task = Task::start(&format!("waiting for {name}"));
    let invoked = session.cloud.invoke(&name, event).await.asked(|| format!("cannot invoke {name}"))?;
    drop(task);
    let answer: Value = serde_json::from_slice(&invoked.answer).unwrap_or_default();
    if invoked.failed {
        let why = answer["errorMessage"].as_str().unwrap_or("it does not say why").to_owned();
        let failure = Failure::new(format!("{name} failed")).since(why);
        let last = invoked.log.lines().rev().filter(|line| !line.trim().is_empty()).take(LOGGED);
        let last: Vec<_> = last.collect();
        let failure = last.into_iter().rev().fold(failure, |failure, line| failure.since(line.trim()));
        return Err(failure.hint(format!("see all that it logged in the log group /aws/lambda/{name}")));
    }
    Ok(InvokeReport { function: name, answer, elapsed_ms: started.elapsed().as_millis() })
}

impl fmt::Display for InvokeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "rounded for people")]
        let seconds = self.elapsed_ms as f64 / 1000.0;
        let answer = serde_json::to_string_pretty(&self.answer).map_err(|_| fmt::Error)?;
        write!(f, "{} answered after {seconds:.1} s:\n{answer}", self.function)
    }
}
