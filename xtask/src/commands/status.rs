use chrono::Utc;
use clap::Args;
use engine::cloud::{Fault, Resource};
use engine::engine::Engine;
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use engine::status::{StackStanding, status};
use engine::target::Wishes;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};
use watch::figures::{Figures, figures};
use watch::parts::Pipeline;
use watch::screen::screen;

use crate::board::Board;
use crate::knowledge::Knowledge;
use crate::output::{Form, line};
use crate::session::{Emulator, Session};
use crate::{target, watched};

mod look;
mod redraw;

use look::look;
use redraw::Canvas;

/// Show how a stage does: its stacks, and what its pipelines did in the last hour
///
/// What is not known, or not to be seen with these credentials, is shown as –. Errors and ages are of CloudWatch, which tells
/// of them a minute or two later.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Show the outputs of the stacks too
    #[arg(long)]
    outputs: bool,
    /// Show it anew every so many seconds (10, if none are given), until Ctrl-C
    #[arg(
        long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "10", conflicts_with = "json",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    watch: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Stacks are looked at less often than what flows through them: CloudFormation answers few questions a second.
const STACKS_EVERY: Duration = Duration::from_secs(30);

#[derive(Debug, Serialize)]
struct StatusReport {
    stage: String,
    endpoint: Option<String>,
    stacks: Vec<StackReport>,
    pipelines: Vec<Figures>,
    /// What could not be asked.
    unseen: Vec<String>,
    /// Who should be sent mail, and is or is not.
    listeners: Vec<Listener>,
    /// Seconds since 1970.
    at: i64,
    #[serde(skip)]
    with_outputs: bool,
}

/// An address that the stage file names.
#[derive(Debug, Serialize)]
struct Listener {
    topic: &'static str,
    #[serde(skip)]
    arn: String,
    address: String,
    state: Listening,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Listening {
    Confirmed,
    /// The mail that asks was not answered.
    Unconfirmed,
    /// It left, or was never asked.
    Unsubscribed,
    /// Our credentials may not ask.
    Unknown,
}

#[derive(Debug, Default, Serialize)]
struct StackReport {
    name: String,
    status: &'static str,
    resources: usize,
    outputs: BTreeMap<String, String>,
    /// Why the stack stands like this, where AWS says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Resources that are not well, with what AWS says of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unwell: Vec<String>,
}

impl Status {
    pub(crate) async fn run(&self) -> Outcome {
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let pipelines = watched::pipelines(&session)?;
        let Some(seconds) = self.watch else {
            let stacks = stacks(&session).await?;
            let report = self.report(&session, &pipelines, &stacks).await?;
            return if self.json {
                Form::Json.tell(&report)
            } else {
                line(&painted(&report.to_string(), is_coloured()))
            };
        };
        tokio::select! {
            watched = self.again(&session, &pipelines, Duration::from_secs(seconds)) => watched,
            stopped = tokio::signal::ctrl_c() => stopped.map_err(|error| Failure::new("cannot wait for Ctrl-C").because(&error)),
        }
    }

    async fn report(
        &self,
        session: &Session,
        pipelines: &[Pipeline],
        stacks: &[StackStanding],
    ) -> Outcome<StatusReport> {
        let there = stacks.iter().any(|stack| stack.state.is_some());
        let (asked, unseen) = if there {
            look(&session.cloud, &watched::prefix(session), pipelines, stacks).await
        } else {
            (watch::figures::Asked { now: Utc::now().timestamp(), ..Default::default() }, Vec::new())
        };
        let stacks: Vec<_> = stacks.iter().map(StackReport::of).collect();
        let listeners = listeners(session, &stacks).await?;
        Ok(StatusReport {
            stage: self.stage.clone(),
            endpoint: session.endpoint.clone(),
            stacks,
            pipelines: if there { figures(pipelines, &asked) } else { Vec::new() },
            unseen,
            listeners,
            at: asked.now,
            with_outputs: self.outputs,
        })
    }

    /// Until nobody reads it any more.
    async fn again(&self, session: &Session, pipelines: &[Pipeline], pause: Duration) -> Outcome {
        let mut canvas = Canvas::new();
        let mut standing = stacks(session).await?;
        let mut looked = Instant::now();
        loop {
            if looked.elapsed() >= STACKS_EVERY {
                // One that is throttled, or away for a moment, is asked again with the next turn.
                if let Ok(stacks) = stacks(session).await {
                    (standing, looked) = (stacks, Instant::now());
                }
            }
            let report = self.report(session, pipelines, &standing).await?;
            if !canvas.draw(&report.to_string())? {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
        }
    }
}

async fn stacks(session: &Session) -> Outcome<Vec<StackStanding>> {
    let (target, wishes, board) = (target::without_stacks(&session.stage), Wishes::default(), Board::new());
    status(&Engine::new(&session.cloud, &target, &wishes, &Knowledge, &board)).await
}

fn is_coloured() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}

/// What somebody should look at, in red.
fn painted(text: &str, coloured: bool) -> String {
    let bad = |line: &str| {
        line.starts_with("ALARM") || ["ROLLBACK", "FAILED", " NOT told"].iter().any(|it| line.contains(it))
    };
    let paint = |line: &str| if coloured && bad(line) { format!("\x1b[31m{line}\x1b[0m") } else { line.to_owned() };
    text.lines().map(paint).collect::<Vec<_>>().join("\n")
}

/// Compares who is to be told with who listens, topic by topic.
async fn listeners(session: &Session, stacks: &[StackReport]) -> Outcome<Vec<Listener>> {
    let orders = session.stage.pipelines.orders.as_ref().map(|orders| orders.emails.as_slice());
    let wanted = [("AlertTopic", session.stage.alert_emails.as_slice()), ("OrdersTopic", orders.unwrap_or_default())];
    let mut listeners = Vec::new();
    for (topic, emails) in wanted {
        let Some(arn) = stacks.iter().find_map(|stack| stack.outputs.get(topic)) else { continue };
        if emails.is_empty() {
            continue;
        }
        let there = match session.cloud.subscribers(arn).await {
            // Whoever may not see it may see the rest.
            Err(error) if error.fault == Fault::Denied => None,
            there => Some(there.asked(|| format!("cannot see who listens to {topic}"))?),
        };
        let state = |address: &str| match there.as_ref().map(|there| there.get(address)) {
            None => Listening::Unknown,
            Some(Some(true)) => Listening::Confirmed,
            Some(Some(false)) => Listening::Unconfirmed,
            Some(None) => Listening::Unsubscribed,
        };
        listeners.extend(emails.iter().map(|address| Listener {
            topic,
            arn: arn.clone(),
            address: address.to_string(),
            state: state(address.as_str()),
        }));
    }
    Ok(listeners)
}

impl StackReport {
    fn of(standing: &StackStanding) -> Self {
        let StackStanding { name, state, resources } = standing;
        let name = name.clone();
        let Some(state) = state else { return Self { name, status: "ABSENT", ..Self::default() } };
        let well = |resource: &&Resource| !resource.status.ends_with("_COMPLETE");
        Self {
            name,
            status: state.status.name(),
            resources: resources.len(),
            outputs: state.outputs.clone(),
            reason: state.reason.clone(),
            unwell: resources.iter().filter(well).map(told).collect(),
        }
    }
}

fn told(resource: &Resource) -> String {
    let reason = resource.reason.as_deref().unwrap_or_default();
    format!("{} ({}) is {} {reason}", resource.logical_id, resource.kind, resource.status).trim_end().to_owned()
}

impl fmt::Display for StatusReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place =
            self.endpoint.as_ref().map(|endpoint| format!(" on the emulator at {endpoint}")).unwrap_or_default();
        let at = chrono::DateTime::from_timestamp(self.at, 0).unwrap_or_default().format("%H:%M:%S UTC");
        writeln!(f, "stage {}{place}, {at}\n", self.stage)?;
        for stack in &self.stacks {
            writeln!(f, "{:<32} {:<20} {} resources", stack.name, stack.status, stack.resources)?;
            if let Some(reason) = &stack.reason {
                writeln!(f, "  {reason}")?;
            }
            for resource in &stack.unwell {
                writeln!(f, "  {resource}")?;
            }
            for (key, value) in stack.outputs.iter().filter(|_| self.with_outputs) {
                writeln!(f, "  {key:<16} {value}")?;
            }
        }
        if !self.pipelines.is_empty() {
            writeln!(f)?;
            for line in screen(&self.pipelines, self.at) {
                writeln!(f, "{line}")?;
            }
        }
        for what in &self.unseen {
            writeln!(f, "not seen: {what}")?;
        }
        for Listener { topic, arn, address, state } in &self.listeners {
            match state {
                Listening::Confirmed => writeln!(f, "{topic:<16} {address} is told")?,
                Listening::Unknown => {
                    writeln!(f, "{topic:<16} {address}: these credentials may not see whether it is told")?;
                }
                Listening::Unconfirmed => {
                    writeln!(
                        f,
                        "{topic:<16} {address} is NOT told: the mail that asks for confirmation was not answered"
                    )?;
                }
                Listening::Unsubscribed => {
                    writeln!(f, "{topic:<16} {address} is NOT told: it is not subscribed any more; to ask it again:")?;
                    let call = "aws sns subscribe --protocol email";
                    writeln!(f, "  {call} --topic-arn {arn} --notification-endpoint {address}")?;
                }
            }
        }
        Ok(())
    }
}
