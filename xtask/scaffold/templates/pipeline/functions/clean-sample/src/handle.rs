//! What is done with a batch of notifications.
//!
//! Names of what is written follow from the source object and its version, so a repetition writes the same files over
//! themselves.

use contract::{QueueEvent, Run, clean_sample::Env};
use runtime::{
    Answer, Counts, Handler, LargeObjects, LastTry, Lines, Notices, Packing, Pause, QueueResponse, Readable, Rejects,
    Told, Unpack, Writable, each_object,
};
use std::{error::Error, time::Instant};

use crate::cleaned::Cleaned;

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Cleaner<O, N, P> {
    env: Env<Run>,
    objects: O,
    notices: N,
    pause: P,
}

impl<O: LargeObjects, N: Notices, P: Pause> Cleaner<O, N, P> {
    /// Fails if a folder is none, rather than at the first object.
    pub(crate) fn new(env: Env<Run>, objects: O, notices: N, pause: P) -> Result<Self, BoxError> {
        env.source.check()?;
        env.clean.check_writable()?;
        env.rejected.check_writable()?;
        Ok(Self { env, objects, notices, pause })
    }

    async fn batch(&self, event: QueueEvent, end: Option<Instant>) -> Result<Answer<QueueResponse>, BoxError> {
        let Env { notices: topic, tries, .. } = &self.env;
        let last = LastTry { topic, tries: *tries, notices: &self.notices, pause: &self.pause };
        Ok(each_object(event, end, &last, async |told| self.clean(told).await).await?)
    }

    async fn clean(&self, told: &Told) -> Result<Counts, BoxError> {
        // Below the day on which the object came to be.
        let stem = format!("{}/{}", told.time.format("year=%Y/month=%m/day=%d"), told.name());
        let upload = self.env.clean.upload(&self.objects, &self.pause, &format!("{stem}.jsonl"))?;
        let mut cleaned = Cleaned::new(upload, Rejects::new(&self.env.rejected, stem), self.env.max_record.0);
        match self.read(told, &mut cleaned).await {
            Ok(()) => Ok(cleaned.finish(&self.objects, &self.pause).await?),
            Err(error) => {
                cleaned.abort().await;
                Err(error)
            }
        }
    }

    async fn read(&self, told: &Told, cleaned: &mut Cleaned<'_, O, P>) -> Result<(), BoxError> {
        let mut reader = self.env.source.open(&self.objects, &self.pause, told)?;
        let mut unpack = Unpack::new(Packing::of(&reader.head().await?))?;
        let (uri, mut lines) = (told.uri(), Lines::default());
        while let Some(bytes) = reader.next().await? {
            for step in Unpack::steps(&bytes) {
                lines.push(unpack.push(step)?, |line| cleaned.take(&uri, line));
                cleaned.flush(&self.objects, &self.pause).await?;
            }
        }
        lines.push(unpack.finish()?, |line| cleaned.take(&uri, line));
        lines.finish(|line| cleaned.take(&uri, line));
        Ok(())
    }
}

impl<O: LargeObjects, N: Notices, P: Pause> Handler<QueueEvent> for Cleaner<O, N, P> {
    type Response = QueueResponse;

    async fn handle(&self, event: QueueEvent) -> Result<Answer<QueueResponse>, BoxError> {
        self.batch(event, None).await
    }

    async fn handle_until(&self, event: QueueEvent, end: Instant) -> Result<Answer<QueueResponse>, BoxError> {
        self.batch(event, Some(end)).await
    }
}
