//! What is done with a batch.

use contract::{KinesisEvent, Run, write_to_s3::Env};
use runtime::{Answer, Batch, BatchResponse, Handler, Objects, Pause, Readable, RecordSchema, Sequence};
use std::error::Error;

use crate::{folder::Store, format::Format, group::groups};

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Writer<O, P> {
    env: Env<Run>,
    schema: RecordSchema,
    objects: O,
    pause: P,
}

impl<O: Objects, P: Pause> Writer<O, P> {
    /// Fails if a folder is none or the schema is none, rather than at the first record.
    pub(crate) fn new(env: Env<Run>, objects: O, pause: P) -> Result<Self, BoxError> {
        env.written.check()?;
        env.rejected.check()?;
        let schema = RecordSchema::load(&env.record_schema)?;
        Ok(Self { env, schema, objects, pause })
    }

    #[cfg(test)]
    pub(crate) fn with_schema(env: Env<Run>, schema: RecordSchema, objects: O, pause: P) -> Self {
        Self { env, schema, objects, pause }
    }

    /// Stores a batch, and says from which record on it could not. It stops at the first failure: whatever comes after
    /// is delivered again with it, and what is stored by then is left out.
    async fn store(&self, batch: &Batch) -> Option<Sequence> {
        let mut groups = groups(batch).into_iter();
        while let Some(group) = groups.next() {
            if let Err(unsaved) = self.folder(group.format).add(group).await {
                tracing::error!("records from {} on are to be delivered again: {}", unsaved.from, unsaved.why);
                let untried = groups.filter_map(|group| Some(group.range()?.into_inner().0));
                return untried.chain([unsaved.from]).min();
            }
        }
        None
    }

    fn folder(&self, format: Format) -> Store<'_, O, P> {
        let folder = match format {
            Format::Array => &self.env.written,
            Format::Lines => &self.env.rejected,
        };
        Store { folder, objects: &self.objects, pause: &self.pause }
    }
}

impl<O: Objects, P: Pause> Handler<KinesisEvent> for Writer<O, P> {
    type Response = BatchResponse;

    async fn handle(&self, event: KinesisEvent) -> Result<Answer<BatchResponse>, BoxError> {
        let batch = Batch::decode(event, &self.schema)?;
        let failed = self.store(&batch).await;
        Ok(batch.answer(failed))
    }
}
