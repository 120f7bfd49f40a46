use clap::Args;
use engine::cloud::{Fault, Resource};
use engine::engine::Engine;
use engine::failure::Outcome;
use engine::refusal::Asked;
use engine::status::{StackStanding, status};
use engine::target::Wishes;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

use crate::board::Board;
use crate::knowledge::Knowledge;
use crate::output::Form;
use crate::session::{Emulator, Session};
use crate::target;

/// Show how a stage's stacks stand, and their outputs
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct StatusReport {
    stage: String,
    endpoint: Option<String>,
    stacks: Vec<StackReport>,
    /// Who should be sent mail, and is or is not.
    listeners: Vec<Listener>,
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
        let (target, wishes, board) = (target::without_stacks(&session.stage), Wishes::default(), Board::new());
        let engine = Engine::new(&session.cloud, &target, &wishes, &Knowledge, &board);
        let stacks: Vec<_> = status(&engine).await?.into_iter().map(StackReport::of).collect();
        let listeners = listeners(&session, &stacks).await?;
        let report = StatusReport { stage: self.stage.clone(), endpoint: session.endpoint, stacks, listeners };
        Form::json_if(self.json).tell(&report)
    }
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
    fn of(standing: StackStanding) -> Self {
        let StackStanding { name, state, resources } = standing;
        let Some(state) = state else { return Self { name, status: "ABSENT", ..Self::default() } };
        let well = |resource: &&Resource| !resource.status.ends_with("_COMPLETE");
        Self {
            name,
            status: state.status.name(),
            resources: resources.len(),
            outputs: state.outputs,
            reason: state.reason,
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
        if let Some(endpoint) = &self.endpoint {
            writeln!(f, "stage {} on the emulator at {endpoint}", self.stage)?;
        }
        for stack in &self.stacks {
            writeln!(f, "{:<32} {:<20} {} resources", stack.name, stack.status, stack.resources)?;
            if let Some(reason) = &stack.reason {
                writeln!(f, "  {reason}")?;
            }
            for resource in &stack.unwell {
                writeln!(f, "  {resource}")?;
            }
            for (key, value) in &stack.outputs {
                writeln!(f, "  {key:<16} {value}")?;
            }
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
