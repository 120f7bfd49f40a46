//! What is done with a batch of notifications.

use contract::{QueueEvent, Run, transform::Env};
use runtime::{
    Answer, Counts, Handler, LargeObjects, LastTry, Lines, Notices, Packing, Pause, QueueResponse, Readable, Reader,
    Rejects, Told, Unpack, Writable, each_object,
};
use std::{error::Error, time::Instant};

use crate::{archive::Spool, batch::Batch, sheets::Sheets};

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Transformer<O, N, P> {
    env: Env<Run>,
    objects: O,
    notices: N,
    pause: P,
}

impl<O: LargeObjects, N: Notices, P: Pause> Transformer<O, N, P> {
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
        Ok(each_object(event, end, &last, async |told| self.transform(told).await).await?)
    }

    async fn transform(&self, told: &Told) -> Result<Counts, BoxError> {
        let stem = format!("{}/{}", told.time.format("%Y-%m-%d/%H"), told.name());
        let sheets = Sheets::new(&self.env.clean, &self.objects, &self.pause, stem.clone());
        let mut batch = Batch::new(sheets, Rejects::new(&self.env.rejected, stem));
        let done = self.fill(told, &mut batch).await;
        if done.is_err() {
            batch.sheets.abort().await;
        }
        done.map(|()| batch.counts)
    }

    async fn fill(&self, told: &Told, batch: &mut Batch<'_, O, P>) -> Result<(), BoxError> {
        let mut reader = self.env.source.open(&self.objects, &self.pause, told)?;
        match Packing::of(&reader.head().await?) {
            Packing::Zip => self.archive(told, reader, batch).await?,
            packing => self.text(told, packing, reader, batch).await?,
        }
        batch.flush(&self.objects, &self.pause).await?;
        batch.rejects.finish(&self.objects, &self.pause).await?;
        Ok(batch.sheets.finish().await?)
    }

    async fn text(
        &self,
        told: &Told,
        packing: Packing,
        mut reader: Reader<'_, O, P>,
        batch: &mut Batch<'_, O, P>,
    ) -> Result<(), BoxError> {
        let (uri, mut lines, mut unpack) = (told.uri(), Lines::default(), Unpack::new(packing)?);
        while let Some(bytes) = reader.next().await? {
            for step in Unpack::steps(&bytes) {
                lines.push(unpack.push(step)?, |line| batch.take(&uri, line));
                batch.flush(&self.objects, &self.pause).await?;
            }
        }
        lines.push(unpack.finish()?, |line| batch.take(&uri, line));
        lines.finish(|line| batch.take(&uri, line));
        Ok(())
    }

    async fn archive(
        &self,
        told: &Told,
        mut reader: Reader<'_, O, P>,
        batch: &mut Batch<'_, O, P>,
    ) -> Result<(), BoxError> {
        let mut spool = Spool::new()?;
        while let Some(bytes) = reader.next().await? {
            spool.write(&bytes)?;
        }
        let mut archive = spool.open()?;
        for index in 0..archive.members() {
            let Some(mut member) = archive.member(index)? else { continue };
            let (source, mut lines) = (format!("{}!{}", told.uri(), member.name), Lines::default());
            while let Some(bytes) = member.next()? {
                lines.push(bytes, |line| batch.take(&source, line));
                batch.flush(&self.objects, &self.pause).await?;
            }
            lines.finish(|line| batch.take(&source, line));
        }
        Ok(())
    }
}

impl<O: LargeObjects, N: Notices, P: Pause> Handler<QueueEvent> for Transformer<O, N, P> {
    type Response = QueueResponse;

    async fn handle(&self, event: QueueEvent) -> Result<Answer<QueueResponse>, BoxError> {
        self.batch(event, None).await
    }

    async fn handle_until(&self, event: QueueEvent, end: Instant) -> Result<Answer<QueueResponse>, BoxError> {
        self.batch(event, Some(end)).await
    }
}
