//! Where a log is: in a group, in those that all Spark jobs share, or in what a state machine remembers.

use engine::cloud::{Answer, Fault};
use engine::failure::Outcome;
use engine::refusal::Asked;
use watch::line::Event;
use watch::parts::{Kind, Logs as Place};

use crate::cloud::{Aws, Excerpt};
use crate::session::Session;

pub(super) struct Source<'a> {
    cloud: &'a Aws,
    kind: Of,
}

enum Of {
    Group(String),
    /// Runs of the job, each of which has a stream of its own.
    Job(Vec<String>),
    /// By its ARN.
    Machine(String),
}

/// What Glue calls its groups.
const JOBS: [&str; 2] = ["/aws-glue/jobs/output", "/aws-glue/jobs/error"];
/// Executions that are looked at.
const EXECUTIONS: i32 = 20;

impl<'a> Source<'a> {
    pub(super) async fn open(session: &'a Session, place: &Place) -> Outcome<Self> {
        let cloud = &session.cloud;
        let kind = match place.kind {
            Kind::Function | Kind::Task => Of::Group(place.at.clone()),
            Kind::Machine => Of::Machine(machine(session, &place.name)),
            Kind::Job => {
                let runs = job_runs(session).await.asked(|| format!("cannot see the runs of {}", place.name))?;
                Of::Job(runs)
            }
        };
        Ok(Self { cloud, kind })
    }

    /// Everything from a time on, in milliseconds since 1970.
    pub(super) async fn events(&self, from: i64) -> Answer<Vec<Event>> {
        match &self.kind {
            Of::Group(group) => self.cloud.log_events(&Excerpt { group, from, ..Excerpt::default() }).await,
            Of::Machine(arn) => executions(self.cloud, arn, from).await,
            Of::Job(runs) if runs.is_empty() => Ok(Vec::new()),
            Of::Job(runs) => {
                let mut all = Vec::new();
                for group in JOBS {
                    for run in runs {
                        let excerpt = Excerpt { group, from, stream_prefix: Some(run), ..Excerpt::default() };
                        match self.cloud.log_events(&excerpt).await {
                            // Glue makes it with the first run.
                            Err(error) if error.fault == Fault::NotFound => {}
                            events => all.extend(events?),
                        }
                    }
                }
                all.sort_by_key(|event| event.at);
                Ok(all)
            }
        }
    }

    /// Events in which a text stands.
    pub(super) async fn naming(&self, text: &str, from: i64) -> Answer<Vec<Event>> {
        let Of::Group(group) = &self.kind else { return Ok(Vec::new()) };
        self.cloud.log_events(&Excerpt { group, from, with: Some(text), ..Excerpt::default() }).await
    }

    pub(super) async fn of_streams(&self, streams: Vec<String>, from: i64, to: i64) -> Answer<Vec<Event>> {
        let Of::Group(group) = &self.kind else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        // As many as one call takes.
        for streams in streams.chunks(100) {
            let excerpt = Excerpt { group, from, to: Some(to), streams: streams.to_vec(), ..Excerpt::default() };
            all.extend(self.cloud.log_events(&excerpt).await?);
        }
        Ok(all)
    }
}

fn machine(session: &Session, name: &str) -> String {
    let (region, account) = (session.stage.region.as_str(), session.stage.account.as_str());
    let partition = match region {
        china if china.starts_with("cn-") => "aws-cn",
        government if government.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    format!("arn:{partition}:states:{region}:{account}:stateMachine:{name}")
}

/// What the last executions did. The execution is the stream, and what it does has a number.
async fn executions(cloud: &Aws, machine: &str, from: i64) -> Answer<Vec<Event>> {
    let mut all = Vec::new();
    for execution in cloud.last_executions(machine, EXECUTIONS).await? {
        let name = execution.name.rsplit(':').next().unwrap_or_default().to_owned();
        let history = cloud.history(&execution.name).await?;
        all.extend(history.into_iter().filter(|told| told.at >= from).map(|told| Event {
            at: told.at,
            id: Some(format!("{name}/{}", told.number)),
            message: if told.failed { format!("ERROR {}", told.what) } else { format!("INFO {}", told.what) },
            stream: name.clone(),
        }));
    }
    all.sort_by_key(|event| event.at);
    Ok(all)
}

/// The ids of the job's runs, from the executions that have begun them.
async fn job_runs(session: &Session) -> Answer<Vec<String>> {
    let mut runs = Vec::new();
    let machine = machine(session, &stacks::names::thing(&session.stage, "rates"));
    for execution in session.cloud.last_executions(&machine, EXECUTIONS).await? {
        let history = session.cloud.history(&execution.name).await?;
        runs.extend(history.into_iter().filter_map(|told| told.job_run));
    }
    runs.sort();
    runs.dedup();
    Ok(runs)
}
