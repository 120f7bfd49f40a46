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
use runtime::{Answer, Backoff, Counts, Handler, LargeObjects, Notices, Pause, Readable, chain};
use std::{
    error::Error,
    time::{Duration, Instant},
};
use tokio::time::timeout;
use warehouse::Logins;

use crate::{
    notice::{self, About},
    refusal::Refusal,
    report::{Report, Status},
    run::{Course, Tools},
    session::{Database, Session},
    trouble::Trouble,
};

type BoxError = Box<dyn Error + Send + Sync>;

/// What is kept of an invocation's time to tell people that it failed.
const ROOM: Duration = Duration::from_secs(12);

/// Of several attempts, before the second. A database that changes to its standby is back within two minutes.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
pub(crate) const PAUSES: u32 = 120;

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
        let outcome = self.patiently(end, attempt).await;
        let batch = course.visible.as_ref().map(|name| tools.curated().uri(name));
        let about = About { batch: batch.as_deref(), prepare: asked.prepare };
        let rows = count(course.rows);
        match outcome {
            Ok(report) => {
                let rows = if report.status == Status::Loaded { rows } else { 0 };
                let counts = Counts { input: rows, out: rows, bytes: count(course.bytes), ..Counts::default() };
                Ok(Answer { response: report, counts })
            }
            Err(Trouble::Refused(refusal)) => {
                // Nobody would hear of it otherwise: if they cannot be told, Lambda is to try again.
                tools.tell(&notice::refused(about, &refusal)).await?;
                let rows = rows.max(1);
                let counts = Counts { input: rows, rejected: rows, ..Counts::default() };
                Ok(Answer { response: refused(batch, *refusal), counts })
            }
            Err(trouble) => {
                if let Err(untold) = tools.tell(&notice::failed(about, &chain(&trouble))).await {
                    tracing::error!("nobody was told that it failed: {}", chain(&untold));
                }
                Err(trouble.into())
            }
        }
    }

    /// Attempts, each with a session of its own, until one ends in something that does not pass by itself.
    async fn patiently(
        &self,
        end: Instant,
        mut attempt: impl AsyncFnMut(&Session) -> Result<Report, Trouble>,
    ) -> Result<Report, Trouble> {
        let (mut backoff, mut last) = (Backoff::new(self.pauses, FIRST_PAUSE), None);
        loop {
            let left = end.saturating_duration_since(Instant::now()).saturating_sub(ROOM);
            let whole = async {
                let session = Session::begin(&self.database, left).await?;
                let done = attempt(&session).await;
                session.close().await;
                done
            };
            let Ok(done) = timeout(left, whole).await else {
                // What came before is likelier to say why.
                return Err(last.unwrap_or_else(|| Trouble::passing("there was no time left to finish it")));
            };
            match done {
                Err(trouble) if trouble.may_pass() && is_time_left(end) && backoff.again(&self.pause).await => {
                    tracing::warn!("trying again: {}", chain(&trouble));
                    last = Some(trouble);
                }
                done => return done,
            }
        }
    }
}

fn is_time_left(end: Instant) -> bool {
    end.saturating_duration_since(Instant::now()) > ROOM
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
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
