//! What is done with an invocation: attempts until one succeeds or there is no time left, and then the answer.
//!
//! What is counted: a batch that is loaded counts its rows as in and out. One that is refused counts them as in and
//! rejected, and one at least, and is no error, since the same again would be refused again. A run that failed is an error,
//! which Lambda counts itself.

use chrono::{DateTime, Utc};
use contract::{
    Run,
    load_rates::{Env, LoadWish},
};
use runtime::{Answer, Counts, Handler, LargeObjects, Notices, Pause, Readable, chain};
use std::{
    error::Error,
    time::{Duration, Instant},
};
use warehouse::{Database, Logins, Patience};

use crate::{
    notice::{self, About},
    refusal::{Refusal, Trouble},
    report::{Report, Status},
    run::{Course, Tools},
    session::{Session, lock},
};

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Loader<O, N, L, P> {
    pub(crate) env: Env<Run>,
    pub(crate) objects: O,
    pub(crate) notices: N,
    pub(crate) database: Database<L>,
    pub(crate) pause: P,
    pub(crate) clock: fn() -> DateTime<Utc>,
    /// Between attempts of one invocation.
    pub(crate) pauses: u32,
}

impl<O: LargeObjects, N: Notices, L: Logins, P: Pause> Loader<O, N, L, P> {
    /// Fails if a folder is none, rather than at the first run.
    pub(crate) fn checked(self) -> Result<Self, BoxError> {
        self.env.curated.check()?;
        self.env.reference.check()?;
        Ok(self)
    }

    async fn invoke(&self, asked: &LoadWish, end: Instant) -> Result<Answer<Report>, BoxError> {
        let Self { env, objects, notices, pause, clock, .. } = self;
        let tools = Tools { env, objects, notices, pause, clock: *clock };
        let mut course = Course::default();
        let attempt = async |session: &Session| {
            if asked.prepare { tools.prepare(session).await } else { tools.load(session, &mut course).await }
        };
        let patience = Patience { pause, pauses: self.pauses, end };
        let outcome = patience.attempt(&self.database, &lock(), attempt).await;
        let batch = course.visible.as_ref().map(|name| tools.curated().uri(name));
        let about = About { batch: batch.as_deref(), prepare: asked.prepare };
        match outcome {
            Ok(report) => {
                let rows = if report.status == Status::Loaded { course.rows } else { 0 };
                Ok(Answer { response: report, counts: Counts::done(rows, course.bytes) })
            }
            Err(Trouble::Refused(refusal)) => {
                // Nobody would hear of it otherwise: if they cannot be told, Lambda is to try again.
                tools.tell(&notice::refused(about, &refusal)).await?;
                Ok(Answer { response: refused(batch, refusal), counts: Counts::refused(course.rows) })
            }
            Err(trouble) => {
                if let Err(untold) = tools.tell(&notice::failed(about, &chain(&trouble))).await {
                    tracing::error!("nobody was told that it failed: {}", chain(&untold));
                }
                Err(trouble.into())
            }
        }
    }
}

fn refused(batch: Option<String>, refusal: Refusal) -> Report {
    tracing::warn!("refused: {}", refusal.reason);
    Report { place: batch, reason: Some(refusal), ..Report::new(Status::Refused) }
}

impl<O: LargeObjects, N: Notices, L: Logins, P: Pause> Handler<LoadWish> for Loader<O, N, L, P> {
    type Response = Report;

    async fn handle(&self, event: LoadWish) -> Result<Answer<Report>, BoxError> {
        self.handle_until(event, Instant::now() + Duration::from_secs(self.env.seconds.0)).await
    }

    async fn handle_until(&self, event: LoadWish, end: Instant) -> Result<Answer<Report>, BoxError> {
        self.invoke(&event, end.min(Instant::now() + Duration::from_secs(self.env.seconds.0))).await
    }
}
