//! What is done with an invocation: the newest batch and the task's state decide, and nothing is waited for.

use contract::{
    Run,
    rates::{DATA, VISIBLE},
    schedule_dms::{Env, Nightly},
};
use runtime::{
    Answer, Begin, Counts, Handler, Notices, Objects, Pause, PortError, Publishable, Readable, Replicable,
    ReplicationPlace, Replications, chain, last_name, patiently,
};
use std::error::Error;

use crate::{
    notice::{self, Notice},
    report::{Report, Status},
    state::{Last, State},
};

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Scheduler<O, R, N, P> {
    pub(crate) env: Env<Run>,
    pub(crate) objects: O,
    pub(crate) replications: R,
    pub(crate) notices: N,
    pub(crate) pause: P,
}

impl<O: Objects, R: Replications, N: Notices, P: Pause> Scheduler<O, R, N, P> {
    /// Fails if a variable names nothing, rather than at the first run.
    pub(crate) fn checked(self) -> Result<Self, BoxError> {
        self.env.curated.check()?;
        self.env.replication.place()?;
        Ok(self)
    }

    async fn schedule(&self, task: &ReplicationPlace) -> Result<Report, PortError> {
        let newest = last_name(&self.env.curated, &self.objects, &self.pause, VISIBLE, VISIBLE).await?;
        let Some(place) = newest.as_ref().and_then(|name| name.strip_prefix(VISIBLE)) else {
            return Ok(Report { status: Status::NothingThere, place: None, task: None });
        };
        let found = patiently(&self.pause, async || self.replications.describe(task).await).await?;
        let status = match State::of(&found) {
            State::Busy => Status::Running,
            State::Unavailable => Status::Unavailable,
            State::Idle { how, last } => self.begin(task, place, how, last).await?,
        };
        Ok(Report { status, place: Some(place.to_owned()), task: Some(found.status) })
    }

    async fn begin(&self, task: &ReplicationPlace, place: &str, how: Begin, last: Last) -> Result<Status, PortError> {
        let Self { replications, pause, .. } = self;
        let label = patiently(pause, async || replications.label(task).await).await?;
        match last {
            Last::Well if label.as_deref() == Some(place) => return Ok(Status::AlreadyThere),
            // Before it begins again: afterwards nobody could tell that it had failed.
            Last::Badly(why) => self.tell(&notice::ended_badly(task, label.as_deref(), &why)).await?,
            Last::Well | Last::Never => {}
        }
        let folder = self.folder(place);
        let is_pointed = patiently(pause, async || replications.point(task, &folder).await).await?;
        // Not tried again: a call whose answer was lost may have begun it, and the next invocation sees that it runs.
        if !is_pointed || !replications.begin(task, how).await? {
            return Ok(Status::Running);
        }
        patiently(pause, async || replications.set_label(task, place).await).await?;
        Ok(if how == Begin::Start { Status::Started } else { Status::Reloaded })
    }

    /// Of the bucket, the folder that holds the batch's table.
    fn folder(&self, place: &str) -> String {
        let uri = self.env.curated.name();
        let prefix = uri.trim_start_matches("s3://").split_once('/').map_or("", |(_, prefix)| prefix);
        format!("{prefix}{DATA}{place}")
    }

    async fn tell(&self, notice: &Notice) -> Result<(), PortError> {
        let publish = async || self.env.notices.publish(&self.notices, &notice.subject, &notice.text).await;
        patiently(&self.pause, publish).await
    }
}

impl<O: Objects, R: Replications, N: Notices, P: Pause> Handler<Nightly> for Scheduler<O, R, N, P> {
    type Response = Report;

    async fn handle(&self, _event: Nightly) -> Result<Answer<Report>, BoxError> {
        let task = self.env.replication.place()?;
        match self.schedule(&task).await {
            Ok(response) => {
                tracing::info!("{:?}", response.status);
                Ok(Answer { response, counts: Counts::default() })
            }
            Err(error) => {
                if let Err(untold) = self.tell(&notice::failed(task.task(), &chain(&error))).await {
                    tracing::error!("nobody was told that it failed: {}", chain(&untold));
                }
                Err(error.into())
            }
        }
    }
}
