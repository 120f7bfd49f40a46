//! What is done with a batch.

use contract::{KinesisEvent, Run, send_to_firehose::Env};
use runtime::{
    Accepted, Answer, Backoff, Batch, BatchResponse, Deliverable, Delivery, Fault, Handler, Pause, RecordSchema,
    Sequence, chain,
};
use std::{error::Error, time::Duration};

use crate::chunk::chunks;

type BoxError = Box<dyn Error + Send + Sync>;

/// For a whole invocation, however many calls it makes: with the time-out of a call it has to end within 30 s.
const PAUSES: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(150);

pub(crate) struct Sender<D, P> {
    env: Env<Run>,
    schema: RecordSchema,
    delivery: D,
    pause: P,
}

impl<D: Delivery, P: Pause> Sender<D, P> {
    pub(crate) fn new(env: Env<Run>, delivery: D, pause: P) -> Result<Self, BoxError> {
        let schema = RecordSchema::load(&env.record_schema)?;
        Ok(Self { env, schema, delivery, pause })
    }

    #[cfg(test)]
    pub(crate) fn with_schema(env: Env<Run>, schema: RecordSchema, delivery: D, pause: P) -> Self {
        Self { env, schema, delivery, pause }
    }

    /// Sends a batch, and says from which record on it could not. After a record that is not taken nothing more is
    /// sent: it is delivered again anyway, and would be there twice.
    async fn send(&self, records: &[Accepted]) -> Option<Sequence> {
        let mut backoff = Backoff::new(PAUSES, FIRST_PAUSE);
        for chunk in chunks(records) {
            if let Err(first) = self.send_chunk(chunk, &mut backoff).await {
                return Some(first);
            }
        }
        None
    }

    /// Sends what is not taken again, until all is or there is no more waiting. The error is the first record that was
    /// not taken.
    async fn send_chunk(&self, chunk: &[Accepted], backoff: &mut Backoff) -> Result<(), Sequence> {
        let mut left: Vec<&Accepted> = chunk.iter().collect();
        loop {
            let lines: Vec<&str> = left.iter().map(|record| record.line.as_str()).collect();
            let (why, passing) = match self.env.delivery.put_batch(&self.delivery, &lines).await {
                Ok(sent) => {
                    let mut failed = sent.iter().filter_map(|sent| sent.as_ref().err());
                    let why = failed.next_back().map(ToString::to_string).unwrap_or_default();
                    let mut taken = sent.iter().map(Result::is_ok);
                    left.retain(|_| !taken.next().unwrap_or(false));
                    (why, true)
                }
                Err(error) => (chain(&error), error.fault() == Fault::Passing),
            };
            let Some(first) = left.first() else { return Ok(()) };
            tracing::warn!("{} of {} records were not taken: {why}", left.len(), lines.len());
            if !passing || !backoff.again(&self.pause).await {
                let first = &first.arrival.sequence;
                tracing::error!("records from {first} on are to be delivered again");
                return Err(first.clone());
            }
        }
    }
}

impl<D: Delivery, P: Pause> Handler<KinesisEvent> for Sender<D, P> {
    type Response = BatchResponse;

    async fn handle(&self, event: KinesisEvent) -> Result<Answer<BatchResponse>, BoxError> {
        let batch = Batch::decode(event, &self.schema)?;
        for record in &batch.rejected {
            tracing::warn!("record {} is rejected: {}", record.arrival.sequence, record.reason);
        }
        let failed = self.send(&batch.accepted).await;
        Ok(batch.answer(failed))
    }
}
