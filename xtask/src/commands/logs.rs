use chrono::{TimeDelta, Utc};
use clap::Args;
use engine::cloud::Fault;
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use stacks::stage::instead;
use std::time::Duration;
use watch::line::Event;
use watch::parts::{Kind, Logs as Place};
use watch::seen::Seen;
use watch::since::since;
use watch::thread::Threads;

use crate::session::{Emulator, Session};
use crate::watched;

mod print;
mod source;

use print::Printer;
use source::Source;

/// Show what a function, task, job or state machine of a stage said
///
/// Lines of metrics are left out. A line is shown with the beginning of the id of its invocation.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// Which one, by its name without project and stage, such as write-to-s3
    name: String,
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME", default_value = "local")]
    stage: String,
    /// Go on showing what comes, until Ctrl-C
    #[arg(long, short)]
    follow: bool,
    /// From when on: a span such as 10m or 1h30m, or a time in UTC. Default: 10m, with --request 1d
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Only the lines of one invocation, by its id or how that begins
    #[arg(long, value_name = "ID", conflicts_with = "follow")]
    request: Option<String>,
    /// Only lines in which this stands, in capitals or not
    #[arg(long, value_name = "TEXT")]
    grep: Option<String>,
    /// Show metrics too, and where invocations begin and end
    #[arg(long)]
    metrics: bool,
    /// Print JSON, an object a line
    #[arg(long)]
    json: bool,
}

/// Between two questions, and when a service asks for fewer.
const PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// As long as an invocation can take, before and after what is known of it.
const INVOCATION_MS: i64 = 16 * 60 * 1000;

impl Logs {
    pub(crate) async fn run(&self) -> Outcome {
        let now = Utc::now();
        let from = match (&self.since, &self.request) {
            (Some(text), _) => since(text, now).map_err(|why| Failure::invalid(format!("--since: {why}")))?,
            (None, Some(_)) => now - TimeDelta::days(1),
            (None, None) => now - TimeDelta::minutes(10),
        };
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let place = find(&self.name, &self.stage, &watched::logs(&session)?)?;
        if self.request.is_some() && matches!(place.kind, Kind::Job | Kind::Machine) {
            return Err(Failure::invalid(format!("{} is no function: it has no invocations", self.name))
                .hint("leave --request out; what is to be found is found by --grep"));
        }
        let source = Source::open(&session, &place).await?;
        let printer = Printer::new(self.json, self.metrics, self.grep.as_deref());
        let from = from.timestamp_millis();
        if let Some(request) = &self.request {
            return one(&source, request, from, &printer).await;
        }
        if !self.follow {
            let events = source.events(from).await.asked(|| format!("cannot read the log of {}", place.name))?;
            return tell(events, &mut Threads::default(), &printer).map(drop);
        }
        tokio::select! {
            followed = follow(&source, &place, from, &printer) => followed,
            stopped = tokio::signal::ctrl_c() => stopped.map_err(|error| Failure::new("cannot wait for Ctrl-C").because(&error)),
        }
    }
}

fn find(name: &str, stage: &str, all: &[Place]) -> Outcome<Place> {
    let found = all.iter().find(|place| place.short == name || place.name == name);
    // The machine of a pipeline may be called as a function is; the function is found first.
    found.cloned().ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|place| place.short.as_str()).collect();
        Failure::invalid(format!("stage {stage} has nothing that logs as '{name}'")).hint(instead(name, &names))
    })
}

/// False when nobody reads any more.
fn tell(events: Vec<Event>, threads: &mut Threads, printer: &Printer) -> Outcome<bool> {
    for event in events {
        if !printer.print(&threads.line(event))? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn follow(source: &Source<'_>, place: &Place, from: i64, printer: &Printer) -> Outcome {
    let (mut seen, mut threads, mut pause) = (Seen::since(from), Threads::default(), PAUSE);
    loop {
        match source.events(seen.from()).await {
            Ok(events) => {
                pause = PAUSE;
                if !tell(seen.fresh(events), &mut threads, printer)? {
                    return Ok(());
                }
            }
            Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unreachable) => {
                pause = LONGEST_PAUSE.min(2 * pause);
            }
            Err(error) => return Err(error).asked(|| format!("cannot read the log of {}", place.name)),
        }
        tokio::time::sleep(pause).await;
    }
}

/// All lines of one invocation: those that name it tell in which stream they are, and the stream has the others.
async fn one(source: &Source<'_>, request: &str, from: i64, printer: &Printer) -> Outcome {
    let failing = || format!("cannot look for the invocation {request}");
    let named = source.naming(request, from).await.asked(failing)?;
    let mut threads = Threads::default();
    let mut lines = Vec::new();
    if let (Some(first), Some(last)) =
        (named.iter().map(|event| event.at).min(), named.iter().map(|event| event.at).max())
    {
        let mut streams: Vec<_> = named.into_iter().map(|event| event.stream).collect();
        streams.sort();
        streams.dedup();
        let events = source.of_streams(streams, first - INVOCATION_MS, last + INVOCATION_MS).await.asked(failing)?;
        let of_it = |id: &Option<String>| id.as_ref().is_some_and(|id| id.starts_with(request));
        lines.extend(events.into_iter().map(|event| threads.line(event)).filter(|line| of_it(&line.request)));
    }
    if lines.is_empty() {
        return Err(Failure::new(format!("there is no invocation '{request}' in the log"))
            .hint("it may be longer ago: --since 3d; lines appear some seconds after they were written"));
    }
    for line in lines {
        if !printer.print(&line)? {
            break;
        }
    }
    Ok(())
}
