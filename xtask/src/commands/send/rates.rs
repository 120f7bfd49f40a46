//! A batch of prices: what is pulled from is opened on this machine, unless the stage has a source of its own.

use chrono::{Days, NaiveDate, Utc};
use clap::Args;
use contract::rates::Format as Written;
use engine::cloud::Cloud;
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use serde::Serialize;
use serde_json::json;
use stacks::names;
use stacks::stack::StackKind;
use stacks::stack::ingestion::rates_places;
use stacks::stage::{Platform, Rates};
use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::made_up::File;
use crate::made_up::rates::{Fault, Market, prices, reference};
use crate::output::Form;
use crate::progress::Task;
use crate::session::{Emulator, Session};
use crate::source::{Manner, Source};

#[derive(Debug, Args)]
pub(crate) struct SendRates {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// How many prices to make up
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    rows: u32,
    /// On how many days
    #[arg(long, value_name = "D", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    days: u32,
    /// The share of prices that are sent a second time, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.01, value_parser = super::share)]
    twice: f64,
    /// Prices on a page
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
    /// Make one thing wrong
    #[arg(long, value_name = "KIND")]
    fault: Option<Fault>,
    /// Makes the same prices again
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Where the first page is, instead of on this machine
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Sent {
    /// None where the prices are not ours.
    prices: Option<usize>,
    execution: String,
    status: String,
    /// The states that it has been in.
    states: Vec<String>,
    elapsed_ms: u128,
}

/// Between two looks at an execution.
const PAUSE: Duration = Duration::from_millis(300);

impl SendRates {
    pub(super) async fn run(&self) -> Outcome {
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let settings = session.stage.pipelines.rates.as_ref().ok_or_else(|| session.lacks("rates"))?;
        put_reference(&session).await?;
        let (source, prices) = self.source(&session, settings).await?;
        // The server answers as long as it is held.
        let url = source.as_ref().map(|source| source.url.clone()).or_else(|| self.source.clone());
        let sent = self.execute(&session, url.as_deref(), prices).await?;
        drop(source);
        Form::json_if(self.json).tell(&sent.0)?;
        sent.1.map_or(Ok(()), Err)
    }

    async fn source(&self, session: &Session, settings: &Rates) -> Outcome<(Option<Source>, Option<usize>)> {
        if let Some(own) = &settings.source {
            if self.source.is_some() || self.fault.is_some() {
                return Err(Failure::invalid(format!("stage {} pulls from {} only", self.stage, own.as_str()))
                    .hint("leave out --source and --fault: an execution pulls whatever is there"));
            }
            return Ok((None, None));
        }
        if self.source.is_some() {
            return Ok((None, None));
        }
        if session.stage.platform == Platform::Aws {
            return Err(Failure::invalid(format!(
                "stage {} names no source, and AWS cannot reach this machine",
                self.stage
            ))
            .hint("name one that it can reach: --source https://…, or 'source: {url: …}' in the stage file"));
        }
        let market = self.market();
        let made = prices(market);
        let manner = match self.fault {
            Some(Fault::SourceGone) => Manner::Gone,
            Some(Fault::SourceDown) => Manner::Down,
            Some(Fault::SourceHangs) => Manner::Hangs,
            _ => Manner::Well,
        };
        let format: Written = settings.format;
        let source = Source::open(&made, self.page as usize, format, manner).await?;
        Ok((Some(source), Some(made.len())))
    }

    fn market(&self) -> Market {
        let Self { seed, rows, days, fault, .. } = *self;
        let today: NaiveDate = Utc::now().date_naive();
        let first = today - Days::new(u64::from(days));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
        let twice = (f64::from(rows) * self.twice) as u32;
        Market { seed, rows, twice, days, first, fault }
    }

    /// Begins an execution and waits for its end; beside what became of it the failure, if it is one.
    async fn execute(
        &self,
        session: &Session,
        source: Option<&str>,
        prices: Option<usize>,
    ) -> Outcome<(Sent, Option<Failure>)> {
        let started = Instant::now();
        let machine = machine(session).await?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = format!("send-{}-{:03}", now.as_secs(), now.subsec_millis());
        let input = source.map_or_else(|| json!({}), |source| json!({ "source": source })).to_string();
        let begun = session.cloud.start_execution(&machine, &name, &input).await;
        let arn = begun.asked(|| format!("cannot begin an execution of {machine}"))?;
        let task = Task::start(&format!("waiting for the execution {name}"));
        let execution = loop {
            let looked = session.cloud.execution(&arn).await;
            let execution = looked.asked(|| format!("cannot look at the execution {name}"))?;
            if !execution.is_running {
                break execution;
            }
            tokio::time::sleep(PAUSE).await;
        };
        drop(task);
        let states = session.cloud.entered(&arn).await.asked(|| format!("cannot read the history of {name}"))?;
        let failure = (!execution.has_succeeded).then(|| {
            Failure::new(format!("the execution {name} ended {}", execution.status.to_lowercase()))
                .since(format!("{}: {}", execution.error, execution.cause))
                .hint("what was read before can still be read, and nothing of this batch")
        });
        let sent = Sent {
            prices,
            execution: name,
            status: execution.status,
            states,
            elapsed_ms: started.elapsed().as_millis(),
        };
        Ok((sent, failure))
    }
}

/// The ARN under which the state machine is started.
async fn machine(session: &Session) -> Outcome<String> {
    let stack = names::stack(&session.stage, StackKind::Ingestion);
    let known = session.cloud.stack(&stack).await.asked(|| format!("cannot look at stack {stack}"))?;
    let machine = known.and_then(|stack| stack.outputs.get("RatesStateMachine").cloned());
    machine.ok_or_else(|| {
        Failure::new(format!("stack {stack} has no state machine yet"))
            .hint(format!("deploy the stage first: cargo xtask deploy --stage {}", session.stage.name))
    })
}

/// Where the stage has none yet: whoever keeps the tables of ports and regions is not overruled.
async fn put_reference(session: &Session) -> Outcome {
    let [(bucket, prefix), _] = rates_places(&session.stage);
    for File { name, bytes } in reference() {
        let key = format!("{prefix}{name}");
        let there = session.cloud.object_now(&bucket, &key).await.asked(|| format!("cannot look for {key}"))?;
        if there.is_none() {
            session.cloud.put_bytes(&bucket, &key, bytes).await.asked(|| format!("cannot put {key} into {bucket}"))?;
        }
    }
    Ok(())
}

impl fmt::Display for Sent {
    #[expect(clippy::cast_precision_loss, reason = "rounded for people")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { prices, execution, status, states, elapsed_ms } = self;
        let seconds = *elapsed_ms as f64 / 1000.0;
        if let Some(prices) = prices {
            write!(f, "{prices} prices offered; ")?;
        }
        writeln!(f, "{execution} {} after {seconds:.1} s", status.to_lowercase())?;
        write!(f, "  {}", states.join(" → "))
    }
}
