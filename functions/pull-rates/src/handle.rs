//! What is done with an invocation, or by a task: the batch is pulled to its end, or as far as there is time.
//!
//! What is counted are pages, once, when the last of a batch is there.

use contract::{
    HttpSource, Run,
    pull_rates::{Env, Pull, Pulled},
    rates::Manifest,
};
use runtime::{Answer, Counts, Handler, LargeObjects, Pause, Readable, Secrets, Writable};
use std::{
    cell::{Cell, RefCell},
    error::Error,
    time::{Duration, Instant},
};
use tokio::time::timeout;

use crate::{
    address::Source,
    credentials::Credentials,
    limits::{Limits, Turns},
    remote::Remote,
    run::Course,
    trouble::Trouble,
};

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Puller<O, S, P> {
    env: Env<Run>,
    objects: O,
    secrets: S,
    pause: P,
    remote: Remote,
    limits: Limits,
}

impl<O: LargeObjects, S: Secrets, P: Pause> Puller<O, S, P> {
    /// Fails if what it is given makes no sense, rather than at the first run.
    pub(crate) fn new(env: Env<Run>, objects: O, secrets: S, pause: P, limits: Limits) -> Result<Self, BoxError> {
        env.raw.check()?;
        env.raw.check_writable()?;
        env.seen.check()?;
        if env.credentials.is_some() && env.source.is_none() {
            return Err("CREDENTIALS are sent to SOURCE and to no other place, and SOURCE is not set".into());
        }
        let turns = Turns::per_minute(env.requests_per_minute.0).ok_or("REQUESTS_PER_MINUTE has to be 1 at least")?;
        let remote = Remote::new(turns, limits)?;
        Ok(Self { env, objects, secrets, pause, remote, limits })
    }

    async fn pull(&self, asked: Pull, end: Instant) -> Result<Answer<Pulled>, BoxError> {
        let source = Source::parse(self.source(&asked)?)?;
        let end = end.checked_sub(self.limits.room).unwrap_or(end);
        let course = Course {
            raw: &self.env.raw,
            seen: &self.env.seen,
            objects: &self.objects,
            pause: &self.pause,
            remote: &self.remote,
            limits: self.limits,
            source,
            format: self.env.format,
            batch: asked.batch,
            end,
            stored: Cell::default(),
            last: RefCell::default(),
        };
        let pulled = timeout(end.saturating_duration_since(Instant::now()), self.course(&course)).await;
        let trouble = match pulled {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(trouble)) => trouble.told(),
            Err(_) => match course.last.take() {
                Some(last) => format!("there was no time left to finish it; what failed last: {last}"),
                None => "there was no time left to finish it".to_owned(),
            },
        };
        let (run, stored) = (course.batch.run.as_str(), course.stored.get());
        Err(format!(
            "batch {run}: {trouble}. {stored} pages are stored; the next attempt of the batch goes on behind them"
        )
        .into())
    }

    async fn course(&self, course: &Course<'_, O, P>) -> Result<Answer<Pulled>, Trouble> {
        if let Some(manifest) = course.finished().await? {
            tracing::info!("batch {} is pulled already", manifest.batch.run.as_str());
            return Ok(Answer { response: pulled(&manifest), counts: Counts::default() });
        }
        let credentials = match &self.env.credentials {
            Some(secret) => Some(Credentials::read(secret, &self.secrets, &self.pause).await?),
            None => None,
        };
        let manifest = course.run(credentials.as_ref()).await?;
        let pages = manifest.pages.len();
        let bytes = usize::try_from(manifest.bytes).unwrap_or(usize::MAX);
        Ok(Answer {
            response: pulled(&manifest),
            counts: Counts { input: pages, out: pages, bytes, ..Counts::default() },
        })
    }

    /// The stage's, if it has one: who may start a run must not thereby have credentials sent to wherever they like.
    fn source<'a>(&'a self, asked: &'a Pull) -> Result<&'a HttpSource, BoxError> {
        match (&self.env.source, &asked.source) {
            (Some(own), Some(other)) if own != other => {
                Err("the run names another source than the stage, which pulls from its own only".into())
            }
            (Some(source), _) | (None, Some(source)) => Ok(source),
            (None, None) => {
                Err("there is no source to pull from: the stage has to name one (SOURCE), or the run (source)".into())
            }
        }
    }
}

fn pulled(manifest: &Manifest) -> Pulled {
    Pulled { pages: manifest.pages.len() as u64, bytes: manifest.bytes, unchanged: manifest.unchanged }
}

impl<O: LargeObjects, S: Secrets, P: Pause> Handler<Pull> for Puller<O, S, P> {
    type Response = Pulled;

    async fn handle(&self, event: Pull) -> Result<Answer<Pulled>, BoxError> {
        self.handle_until(event, Instant::now() + Duration::from_secs(self.env.seconds.0)).await
    }

    async fn handle_until(&self, event: Pull, end: Instant) -> Result<Answer<Pulled>, BoxError> {
        self.pull(event, end.min(Instant::now() + Duration::from_secs(self.env.seconds.0))).await
    }
}
