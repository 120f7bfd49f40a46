//! A run of a date, from wherever an earlier one was cut off.
//!
//! 1. One transaction: the tables are brought up to date; if the date is not done yet, or is to be done again, its files
//!    are staged and checked, its sums are computed, and the run is recorded.
//! 2. The tables of sums are exported, and that is recorded.
//! 3. People are told, once, and that is recorded.
//!
//! The lock of the session is held all the while, so that no two invocations are between two of these steps. A second mail
//! can come in one case only: where SNS has taken the notice, and the function never hears its answer, or dies before that is
//! recorded. One that only loses its connection there remembers, and records it in its next attempt; unless another
//! invocation was waiting for the lock, and tells first.

use chrono::{DateTime, NaiveDate, Utc};
use contract::{Run, orders_etl::Env};
use runtime::{LargeObjects, Notices, Pause, Publishable, patiently};

use crate::{
    aggregates,
    book::{self, Entry, Mark},
    export,
    fault::Trouble,
    files::Files,
    load::{Amount, load},
    migrations::{self, Migration, Step},
    notice,
    report::{Report, Status},
    session::Session,
};

/// What a run is done with.
pub(crate) struct Tools<'a, O, N, P> {
    pub(crate) env: &'a Env<Run>,
    pub(crate) objects: &'a O,
    pub(crate) notices: &'a N,
    pub(crate) pause: &'a P,
    pub(crate) migrations: &'a [Migration],
    pub(crate) clock: fn() -> DateTime<Utc>,
}

/// How far an invocation has come, over all its attempts.
#[derive(Debug, Default)]
pub(crate) struct Course {
    pub(crate) amount: Amount,
    migrations: Vec<Step>,
    is_loaded: bool,
    is_exported: bool,
    is_told: bool,
}

impl<O: LargeObjects, N: Notices, P: Pause> Tools<'_, O, N, P> {
    pub(crate) async fn run(
        &self,
        session: &Session<'_>,
        day: NaiveDate,
        again: bool,
        course: &mut Course,
    ) -> Result<Report, Trouble> {
        let entry = self.bring_in(session, day, again, course).await?;
        let uris = export::uris(session.schema().as_str(), &self.env.exports);
        if !entry.is_exported {
            export::write(session, &self.env.exports, self.objects, self.pause).await?;
            course.is_exported = true;
            book::mark(session, day, Mark::Exported, (self.clock)()).await?;
        }
        if !entry.is_told {
            if !course.is_told {
                self.tell(&notice::done(day, &entry, &uris)).await?;
                course.is_told = true;
            }
            book::mark(session, day, Mark::Told, (self.clock)()).await?;
        }
        let status = if course.is_loaded { Status::Done } else { Status::AlreadyDone };
        Ok(Report {
            rows: entry.rows,
            exports: if course.is_exported { uris } else { Vec::new() },
            migrations: course.migrations.clone(),
            ..Report::new(status, Some(day))
        })
    }

    /// The transaction. What fails in it leaves the session to be closed, and with it all that was done.
    async fn bring_in(
        &self,
        session: &Session<'_>,
        day: NaiveDate,
        again: bool,
        course: &mut Course,
    ) -> Result<Entry, Trouble> {
        session.run("beginning", "BEGIN").await?;
        let steps = migrations::apply(session, self.migrations, false, (self.clock)()).await?;
        let known = book::read(session, day).await?.filter(|_| !again || course.is_loaded);
        let is_new = known.is_none();
        let entry = match known {
            Some(entry) => entry,
            None => self.load(session, day, course).await?,
        };
        session.run("committing the run", "COMMIT").await?;
        course.is_loaded |= is_new;
        course.migrations.extend(steps);
        Ok(entry)
    }

    async fn load(&self, session: &Session<'_>, day: NaiveDate, course: &mut Course) -> Result<Entry, Trouble> {
        course.amount = Amount::default();
        let files = Files { input: &self.env.input, objects: self.objects, pause: self.pause };
        let rows = load(session, &files, &mut course.amount).await?;
        aggregates::compute(session, day).await?;
        let entry = Entry { rows, unknown_dates: aggregates::unknown_dates(session).await?, ..Entry::default() };
        book::record(session, day, &entry, (self.clock)()).await?;
        Ok(entry)
    }

    /// Brings the tables up to date, or says what that would take.
    pub(crate) async fn migrate(
        &self,
        session: &Session<'_>,
        plan: bool,
        destructive: bool,
    ) -> Result<Report, Trouble> {
        if plan {
            let migrations = migrations::pending(session, self.migrations).await?;
            return Ok(Report { migrations, ..Report::new(Status::Planned, None) });
        }
        session.run("beginning", "BEGIN").await?;
        let migrations = migrations::apply(session, self.migrations, destructive, (self.clock)()).await?;
        session.run("committing the migrations", "COMMIT").await?;
        Ok(Report { migrations, ..Report::new(Status::Migrated, None) })
    }

    pub(crate) async fn tell(&self, notice: &notice::Notice) -> Result<(), Trouble> {
        let publish = async || self.env.notices.publish(self.notices, &notice.subject, &notice.text).await;
        Ok(patiently(self.pause, publish).await?)
    }
}
