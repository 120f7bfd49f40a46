//! What is done with a batch: each file claimed, loaded and noted, on its own.

use chrono::{DateTime, SecondsFormat, Utc};
use contract::{QueueEvent, Run, load_warehouse::Env};
use runtime::{
    Answer, Counts, Handler, Items, LargeObjects, Pause, QueueResponse, Readable, Reader, Told, each_object,
};
use std::{
    env,
    error::Error,
    hash::{BuildHasher, RandomState},
    process,
    time::Instant,
};
use warehouse::{Load, Source, Warehouse};

use crate::ledger::{Claim, Ledger};

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Loader<O, I, W, P, C> {
    env: Env<Run>,
    objects: O,
    items: I,
    warehouse: W,
    pause: P,
    clock: C,
    owner: String,
}

/// Another function is at it. Its message comes again, and by then it is loaded or given up.
#[derive(Debug, thiserror::Error)]
#[error("{owner} is loading it, and may do so until {until}")]
struct Taken {
    owner: String,
    until: String,
}

impl<O, I, W, P, C> Loader<O, I, W, P, C>
where
    O: LargeObjects,
    I: Items,
    W: Warehouse,
    P: Pause,
    C: Fn() -> DateTime<Utc>,
{
    /// Fails if a folder is none, rather than at the first file.
    pub(crate) fn new(env: Env<Run>, objects: O, items: I, warehouse: W, pause: P, clock: C) -> Result<Self, BoxError> {
        env.clean.check()?;
        Ok(Self { env, objects, items, warehouse, pause, clock, owner: owner() })
    }

    async fn load(&self, told: &Told) -> Result<Counts, BoxError> {
        let file = self.env.clean.open(&self.objects, &self.pause, told)?;
        let version = Some(told.state()).filter(|state| !state.is_empty()).unwrap_or("-");
        let load = Load::of(&told.bucket, &told.key, version)?;
        let ledger = Ledger { table: &self.env.ledger, items: &self.items, pause: &self.pause, owner: &self.owner };
        // What the ledger calls loaded is asked of the warehouse all the same, which may have been made anew.
        if let Claim::Taken { owner, until } = ledger.claim(&load, (self.clock)(), self.env.seconds.0).await? {
            let until = DateTime::from_timestamp(until, 0).unwrap_or_default();
            return Err(Taken { owner, until: until.to_rfc3339_opts(SecondsFormat::Secs, true) }.into());
        }
        match self.warehouse.load(&load, File(file)).await {
            Ok(loaded) => {
                ledger.finish(&load, loaded, (self.clock)()).await?;
                let rows = if loaded.before { 0 } else { usize::try_from(loaded.rows).unwrap_or(usize::MAX) };
                tracing::info!(rows = loaded.rows, before = loaded.before, "{} is in the warehouse", load.uri());
                Ok(Counts { input: rows, out: rows, ..Counts::default() })
            }
            Err(error) => {
                ledger.give_back(&load, &error).await;
                Err(error.into())
            }
        }
    }
}

/// A file as it comes from its folder.
struct File<'a, O: LargeObjects, P>(Reader<'a, O, P>);

impl<O: LargeObjects, P: Pause> Source for File<'_, O, P> {
    async fn next(&mut self) -> Result<Option<bytes::Bytes>, BoxError> {
        Ok(self.0.next().await?)
    }
}

impl<O, I, W, P, C> Handler<QueueEvent> for Loader<O, I, W, P, C>
where
    O: LargeObjects,
    I: Items,
    W: Warehouse,
    P: Pause,
    C: Fn() -> DateTime<Utc>,
{
    type Response = QueueResponse;

    async fn handle(&self, event: QueueEvent) -> Result<Answer<QueueResponse>, BoxError> {
        Ok(each_object(event, None, async |told| self.load(told).await).await?)
    }

    async fn handle_until(&self, event: QueueEvent, end: Instant) -> Result<Answer<QueueResponse>, BoxError> {
        Ok(each_object(event, Some(end), async |told| self.load(told).await).await?)
    }
}

/// This process and no other: its log, for people, and a number that chance gives.
fn owner() -> String {
    let log = env::var("AWS_LAMBDA_LOG_STREAM_NAME").unwrap_or_else(|_| "load-warehouse".to_owned());
    format!("{log}/{:016x}", RandomState::new().hash_one(process::id()))
}
