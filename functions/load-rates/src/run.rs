//! A load, from whatever an earlier one left.
//!
//! 1. The tables are brought up to date.
//! 2. The newest batch is found, and the files of ports and regions are read and checked.
//! 3. The table that is not served is emptied, whatever is in it, filled from the parts, indexed and checked.
//! 4. One transaction exchanges ports, regions and which table is served, and records the load. It waits for no reader, and
//!    no reader waits for it.
//!
//! The lock of the session is held all the while. What is cut off before the end of 4 has changed nothing that is served.

use chrono::{DateTime, Utc};
use contract::{Run, load_rates::Env};
use runtime::{LargeObjects, Notices, Pause, Publishable, patiently};

use crate::{
    intake::Intake,
    migrations,
    newest::{Curated, Newest},
    notice::Notice,
    reference::Reference,
    refusal::Trouble,
    report::{Report, Status},
    session::Session,
    slots::{Served, Slot},
    swap,
};

/// What a run is done with.
pub(crate) struct Tools<'a, O, N, P> {
    pub(crate) env: &'a Env<Run>,
    pub(crate) objects: &'a O,
    pub(crate) notices: &'a N,
    pub(crate) pause: &'a P,
    pub(crate) clock: fn() -> DateTime<Utc>,
}

/// How far an invocation has come, over all its attempts.
#[derive(Debug, Default)]
pub(crate) struct Course {
    /// The name of what makes the batch visible.
    pub(crate) visible: Option<String>,
    pub(crate) bytes: u64,
    /// That were said to be in it.
    pub(crate) rows: u64,
    /// The place of a batch whose load may have been recorded without our hearing of it.
    committing: Option<String>,
}

impl<O: LargeObjects, N: Notices, P: Pause> Tools<'_, O, N, P> {
    pub(crate) async fn load(&self, session: &Session, course: &mut Course) -> Result<Report, Trouble> {
        self.migrate(session, migrations::OURS).await?;
        let served = Served::read(session).await?;
        let behind = served.as_ref().map_or("", |served| &served.place);
        let Some(visible) = self.curated().last_behind(behind).await? else {
            return Ok(already(served, course));
        };
        course.visible = Some(visible.clone());
        let batch = self.curated().read(&visible).await?;
        (course.bytes, course.rows) = (0, batch.verdict.rows);
        let reference = self.reference().await?;
        let slot = Slot::free(served.as_ref());
        self.fill(session, slot, &batch, &reference, course).await?;
        session.run("beginning the exchange", "BEGIN").await?;
        reference.replace(session).await?;
        swap::record(session, &batch, slot, (self.clock)()).await?;
        course.committing = Some(batch.verdict.batch.place());
        session.run("committing the exchange", "COMMIT").await?;
        Ok(report(Status::Loaded, batch.verdict.batch.run.as_str(), batch.verdict.batch.place(), batch.verdict.rows))
    }

    /// Only what DMS and its readers need around the prices.
    pub(crate) async fn prepare(&self, session: &Session) -> Result<Report, Trouble> {
        self.migrate(session, migrations::OF_DMS).await?;
        let reference = self.reference().await?;
        session.run("beginning the exchange", "BEGIN").await?;
        reference.replace(session).await?;
        session.run("committing the exchange", "COMMIT").await?;
        Ok(Report::new(Status::Prepared))
    }

    async fn migrate(&self, session: &Session, all: &[migrations::Migration]) -> Result<(), Trouble> {
        session.run("beginning", "BEGIN").await?;
        migrations::apply(session, all, (self.clock)()).await?;
        session.run("committing the migrations", "COMMIT").await
    }

    async fn fill(
        &self,
        session: &Session,
        slot: Slot,
        batch: &Newest,
        reference: &Reference,
        course: &mut Course,
    ) -> Result<(), Trouble> {
        let is_empty = slot.truncate(session, self.pause).await?;
        session.run("beginning to fill", "BEGIN").await?;
        if !is_empty {
            slot.delete(session).await?;
        }
        let intake = Intake::new(reference.ports.iter().map(|port| port.key.as_str()));
        self.curated().copy(session, &slot.copy(), batch, intake, &mut course.bytes).await?;
        slot.index_rows(session).await?;
        session.run("committing what was filled", "COMMIT").await?;
        slot.settle(session).await
    }

    pub(crate) fn curated(&self) -> Curated<'_, O, P> {
        Curated { folder: &self.env.curated, objects: self.objects, pause: self.pause }
    }

    async fn reference(&self) -> Result<Reference, Trouble> {
        Reference::read(&self.env.reference, self.objects, self.pause).await
    }

    pub(crate) async fn tell(&self, notice: &Notice) -> Result<(), Trouble> {
        let publish = async || self.env.notices.publish(self.notices, &notice.subject, &notice.text).await;
        Ok(patiently(self.pause, publish).await?)
    }
}

/// An attempt that did not hear its own commit finds it here.
fn already(served: Option<Served>, course: &Course) -> Report {
    let Some(Served { batch, place, rows, .. }) = served else { return Report::new(Status::NothingThere) };
    let is_own = course.committing.as_ref() == Some(&place);
    report(if is_own { Status::Loaded } else { Status::AlreadyThere }, &batch, place, rows)
}

fn report(status: Status, batch: &str, place: String, rows: u64) -> Report {
    Report { batch: Some(batch.to_owned()), place: Some(place), rows, ..Report::new(status) }
}
