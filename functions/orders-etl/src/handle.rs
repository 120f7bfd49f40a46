//! What is done with an invocation: attempts until one succeeds or there is no time left, and then the answer.
//!
//! What is counted, and what alarms can be made of: a run that is done counts the records of its files as in and out. One
//! that is refused counts those that it read as in and rejected, and one at least, and is no error, since the same again
//! would be refused again. A run that failed is an error, which Lambda counts itself.

use chrono::{DateTime, NaiveDate, Utc};
use contract::{
    Run,
    orders_etl::{Daily, Env},
};
use runtime::{Answer, Backoff, Counts, Handler, LargeObjects, Notices, Pause, Readable, Writable, chain};
use std::{
    error::Error,
    time::{Duration, Instant},
};
use tokio::time::timeout;
use warehouse::Logins;

use crate::{
    day::day,
    fault::Refusal,
    load::Amount,
    migrations::Migration,
    notice,
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

pub(crate) struct Etl<O, N, L, P> {
    pub(crate) env: Env<Run>,
    pub(crate) objects: O,
    pub(crate) notices: N,
    pub(crate) database: Database<L>,
    pub(crate) pause: P,
    pub(crate) clock: fn() -> DateTime<Utc>,
    pub(crate) migrations: &'static [Migration],
    /// Between attempts of one invocation.
    pub(crate) pauses: u32,
}

impl<O: LargeObjects, N: Notices, L: Logins, P: Pause> Etl<O, N, L, P> {
    /// Fails if a folder is none, rather than at the first run.
    pub(crate) fn checked(self) -> Result<Self, BoxError> {
        self.env.input.check()?;
        self.env.exports.check_writable()?;
        Ok(self)
    }

    async fn invoke(&self, asked: Daily, end: Instant) -> Result<Answer<Report>, BoxError> {
        let tools = self.tools();
        let mut course = Course::default();
        let day = asked.migrate.is_none().then(|| day(&asked, self.env.time_zone.0, (self.clock)()));
        let attempt = async |session: &Session<'_>| match (day, asked.migrate) {
            (Some(day), _) => tools.run(session, day, asked.again, &mut course).await,
            (None, migrate) => {
                let migrate = migrate.unwrap_or_default();
                tools.migrate(session, migrate.plan, migrate.destructive).await
            }
        };
        let outcome = self.patiently(end, attempt).await;
        match outcome {
            Ok(report) => {
                let done = if report.status == Status::Done { course.amount } else { Amount::default() };
                let (records, bytes) = (count(done.records), count(done.bytes));
                let counts = Counts { input: records, out: records, bytes, ..Counts::default() };
                Ok(Answer { response: report, counts })
            }
            Err(Trouble::Refused(refusal)) => {
                // Nobody would hear of it otherwise: if they cannot be told, Lambda is to try again.
                tools.tell(&notice::refused(day, &refusal)).await?;
                let records = count(course.amount.records.max(1));
                let counts = Counts { input: records, rejected: records, ..Counts::default() };
                Ok(Answer { response: refused(day, refusal), counts })
            }
            Err(trouble) => {
                if let Err(untold) = tools.tell(&notice::failed(day, &chain(&trouble))).await {
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
        mut attempt: impl AsyncFnMut(&Session<'_>) -> Result<Report, Trouble>,
    ) -> Result<Report, Trouble> {
        let (mut backoff, mut last) = (Backoff::new(self.pauses, FIRST_PAUSE), None);
        loop {
            let left = end.saturating_duration_since(Instant::now()).saturating_sub(ROOM);
            let whole = async {
                let session = Session::begin(&self.database, &self.env.schema, left).await?;
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

    fn tools(&self) -> Tools<'_, O, N, P> {
        let Self { env, objects, notices, pause, migrations, clock, .. } = self;
        Tools { env, objects, notices, pause, migrations, clock: *clock }
    }
}

fn is_time_left(end: Instant) -> bool {
    end.saturating_duration_since(Instant::now()) > ROOM
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn refused(day: Option<NaiveDate>, refusal: Refusal) -> Report {
    tracing::warn!("refused: {}", refusal.reason);
    Report { reason: Some(refusal), ..Report::new(Status::Refused, day) }
}

impl<O: LargeObjects, N: Notices, L: Logins, P: Pause> Handler<Daily> for Etl<O, N, L, P> {
    type Response = Report;

    async fn handle(&self, event: Daily) -> Result<Answer<Report>, BoxError> {
        self.handle_until(event, Instant::now() + Duration::from_secs(self.env.seconds.0)).await
    }

    async fn handle_until(&self, event: Daily, end: Instant) -> Result<Answer<Report>, BoxError> {
        self.invoke(event, end.min(Instant::now() + Duration::from_secs(self.env.seconds.0))).await
    }
}
