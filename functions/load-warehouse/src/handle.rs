//! What is done with a batch: each file claimed, loaded and noted, on its own.

use chrono::{DateTime, SecondsFormat, Utc};
use contract::{QueueEvent, Run, load_warehouse::Env};
use runtime::{
    Answer, Counts, Handler, Items, LargeObjects, LastTry, Notices, Pause, QueueResponse, Readable, Reader, Told,
    each_object,
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

pub(crate) struct Loader<O, I, N, W, P, C> {
    env: Env<Run>,
    ports: Ports<O, I, N>,
    warehouse: W,
    pause: P,
    clock: C,
    owner: String,
}

/// What it calls besides the warehouse.
pub(crate) struct Ports<O, I, N> {
    pub(crate) objects: O,
    pub(crate) items: I,
    pub(crate) notices: N,
}

/// Another function is at it. Its message comes again, and by then it is loaded or given up.
#[derive(Debug, thiserror::Error)]
#[error("{owner} is loading it, and may do so until {until}")]
struct Taken {
    owner: String,
    until: String,
}

impl<O, I, N, W, P, C> Loader<O, I, N, W, P, C>
where
    O: LargeObjects,
    I: Items,
    N: Notices,
    W: Warehouse,
    P: Pause,
    C: Fn() -> DateTime<Utc>,
{
    /// Fails if a folder is none, rather than at the first file.
    pub(crate) fn new(
        env: Env<Run>,
        ports: Ports<O, I, N>,
        warehouse: W,
        pause: P,
        clock: C,
    ) -> Result<Self, BoxError> {
        env.clean.check()?;
        Ok(Self { env, ports, warehouse, pause, clock, owner: owner() })
    }

    async fn batch(&self, event: QueueEvent, end: Option<Instant>) -> Result<Answer<QueueResponse>, BoxError> {
        let Env { notices: topic, tries, .. } = &self.env;
        let last = LastTry { topic, tries: *tries, notices: &self.ports.notices, pause: &self.pause };
        Ok(each_object(event, end, &last, async |told| self.load(told).await).await?)
    }

    async fn load(&self, told: &Told) -> Result<Counts, BoxError> {
        let file = self.env.clean.open(&self.ports.objects, &self.pause, told)?;
        let version = Some(told.state()).filter(|state| !state.is_empty()).unwrap_or("-");
        let load = Load::of(&told.bucket, &told.key, version)?;
        let items = &self.ports.items;
        let ledger = Ledger { table: &self.env.ledger, items, pause: &self.pause, owner: &self.owner };
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

impl<O, I, N, W, P, C> Handler<QueueEvent> for Loader<O, I, N, W, P, C>
where
    O: LargeObjects,
    I: Items,
    N: Notices,
    W: Warehouse,
    P: Pause,
    C: Fn() -> DateTime<Utc>,
{
    type Response = QueueResponse;

    async fn handle(&self, event: QueueEvent) -> Result<Answer<QueueResponse>, BoxError> {
        self.batch(event, None).await
    }

    async fn handle_until(&self, event: QueueEvent, end: Instant) -> Result<Answer<QueueResponse>, BoxError> {
        self.batch(event, Some(end)).await
    }
}

/// This process and no other: its log, for people, and a number that chance gives.
fn owner() -> String {
    let log = env::var("AWS_LAMBDA_LOG_STREAM_NAME").unwrap_or_else(|_| "load-warehouse".to_owned());
    format!("{log}/{:016x}", RandomState::new().hash_one(process::id()))
}
