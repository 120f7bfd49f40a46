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
use runtime::{Answer, Counts, Handler, LargeObjects, Notices, Pause, Readable, Writable, chain};
use std::{
    error::Error,
    time::{Duration, Instant},
};
use warehouse::{Database, Locked, Logins, Patience};

use crate::{
    day::day,
    fault::{Refusal, Trouble},
    load::Amount,
    migrations::Migration,
    notice,
    report::{Report, Status},
    run::{Course, Tools},
    session::{Session, lock},
};

type BoxError = Box<dyn Error + Send + Sync>;

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
        let attempt = async |locked: &Locked<Refusal>| {
            let session = &Session::new(locked, &self.env.schema);
            match (day, asked.migrate) {
                (Some(day), _) => tools.run(session, day, asked.again, &mut course).await,
                (None, migrate) => {
                    let migrate = migrate.unwrap_or_default();
                    tools.migrate(session, migrate.plan, migrate.destructive).await
                }
            }
        };
        let patience = Patience { pause: &self.pause, pauses: self.pauses, end };
        match patience.attempt(&self.database, &lock(&self.env.schema), attempt).await {
            Ok(report) => {
                let done = if report.status == Status::Done { course.amount } else { Amount::default() };
                Ok(Answer { response: report, counts: Counts::done(done.records, done.bytes) })
            }
            Err(Trouble::Refused(refusal)) => {
                // Nobody would hear of it otherwise: if they cannot be told, Lambda is to try again.
                tools.tell(&notice::refused(day, &refusal)).await?;
                Ok(Answer { response: refused(day, refusal), counts: Counts::refused(course.amount.records) })
            }
            Err(trouble) => {
                if let Err(untold) = tools.tell(&notice::failed(day, &chain(&trouble))).await {
                    tracing::error!("nobody was told that it failed: {}", chain(&untold));
                }
                Err(trouble.into())
            }
        }
    }

    fn tools(&self) -> Tools<'_, O, N, P> {
        let Self { env, objects, notices, pause, migrations, clock, .. } = self;
        Tools { env, objects, notices, pause, migrations, clock: *clock }
    }
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
