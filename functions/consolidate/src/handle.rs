//! What is done with a batch of notifications.
//!
//! Names of what is written follow from the source object and its version, so a repetition writes the same files over
//! themselves. Only who edits the priority list between a crash and the repetition can find both choices side by side.

use contract::{QueueEvent, Run, consolidate::Env};
use runtime::{
    Answer, Counts, Handler, Items, LargeObjects, LastTry, Notices, Packing, Pause, QueueResponse, Readable, Rejects,
    Told, Unpack, Writable, each_object,
};
use std::{error::Error, time::Instant};

use crate::{
    best::BUDGET,
    elements::Elements,
    entry::UNLISTED,
    intake::{Intake, Offers},
    output::Output,
    partners::Partners,
};

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Consolidator<O, I, N, P> {
    env: Env<Run>,
    objects: O,
    items: I,
    notices: N,
    pause: P,
    budget: usize,
}

impl<O: LargeObjects, I: Items, N: Notices, P: Pause> Consolidator<O, I, N, P> {
    /// Fails if a folder is none, rather than at the first object.
    pub(crate) fn new(env: Env<Run>, objects: O, items: I, notices: N, pause: P) -> Result<Self, BoxError> {
        env.source.check()?;
        env.output.check_writable()?;
        env.rejected.check_writable()?;
        Ok(Self { env, objects, items, notices, pause, budget: BUDGET })
    }

    #[cfg(test)]
    pub(crate) fn with_budget(self, budget: usize) -> Self {
        Self { budget, ..self }
    }

    async fn batch(&self, event: QueueEvent, end: Option<Instant>) -> Result<Answer<QueueResponse>, BoxError> {
        // Read once a batch, and only if there is an object.
        let mut partners = None;
        let Env { notices: topic, tries, .. } = &self.env;
        let last = LastTry { topic, tries: *tries, notices: &self.notices, pause: &self.pause };
        let answer = each_object(event, end, &last, async |told| {
            let partners = match &partners {
                Some(partners) => partners,
                None => partners.insert(Partners::load(&self.env.priorities, &self.items, &self.pause).await?),
            };
            self.consolidate(told, partners).await
        });
        Ok(answer.await?)
    }

    async fn consolidate(&self, told: &Told, partners: &Partners) -> Result<Counts, BoxError> {
        let stem = stem(told);
        let rejects = Rejects::new(&self.env.rejected, stem.clone());
        let mut intake = Intake::new(partners, rejects, told.uri(), self.env.choose, self.budget);
        self.read(told, &mut intake).await?;
        intake.rejects.finish(&self.objects, &self.pause).await?;
        let mut output = Output {
            folder: &self.env.output,
            objects: &self.objects,
            pause: &self.pause,
            stem,
            roll_over: self.env.roll_over.0,
            current: Vec::new(),
            files: 0,
            lines: 0,
            bytes: 0,
        };
        let unlisted = write(intake.offers, &mut output).await?;
        let (input, rejected, out) = (intake.input, intake.rejects.count(), output.lines);
        let dropped = input - rejected - out;
        tracing::info!(
            "{}: {input} records, {out} accommodations kept, {unlisted} without a listed partner, \
             {dropped} records dropped, {rejected} rejected",
            told.uri()
        );
        Ok(Counts { input, out, dropped, rejected, returned: 0, bytes: output.bytes })
    }

    async fn read(&self, told: &Told, intake: &mut Intake<'_>) -> Result<(), BoxError> {
        let mut reader = self.env.source.open(&self.objects, &self.pause, told)?;
        let mut unpack = Unpack::new(Packing::of(&reader.head().await?))?;
        let mut elements = Elements::default();
        while let Some(bytes) = reader.next().await? {
            for step in Unpack::steps(&bytes) {
                elements.push(unpack.push(step)?, &mut |line| intake.take(line));
                intake.check()?;
                intake.rejects.flush(&self.objects, &self.pause).await?;
            }
        }
        elements.push(unpack.finish()?, &mut |line| intake.take(line));
        elements.finish(&mut |line| intake.take(line));
        Ok(intake.check()?)
    }
}

/// Writes the chosen offers, and says how many accommodations no listed partner has.
async fn write<O: LargeObjects, P: Pause>(offers: Offers, output: &mut Output<'_, O, P>) -> Result<usize, BoxError> {
    let mut unlisted = 0;
    match offers {
        Offers::PerFile(best) => {
            if let Some(best) = best {
                output.add(&best).await?;
            }
        }
        Offers::PerAccommodation(best) => {
            let mut merge = best.finish()?;
            while let Some(best) = merge.next()? {
                if best.rank == UNLISTED {
                    unlisted += 1;
                } else {
                    output.add(&best).await?;
                }
            }
        }
    }
    output.finish().await?;
    Ok(unlisted)
}

/// Below the day on which the object came to be.
fn stem(told: &Told) -> String {
    format!("{}/{}", told.time.format("year=%Y/month=%m/day=%d"), told.name())
}

impl<O: LargeObjects, I: Items, N: Notices, P: Pause> Handler<QueueEvent> for Consolidator<O, I, N, P> {
    type Response = QueueResponse;

    async fn handle(&self, event: QueueEvent) -> Result<Answer<QueueResponse>, BoxError> {
        self.batch(event, None).await
    }

    async fn handle_until(&self, event: QueueEvent, end: Instant) -> Result<Answer<QueueResponse>, BoxError> {
        self.batch(event, Some(end)).await
    }
}
