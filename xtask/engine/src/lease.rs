//! One deployer at a time: a small object in the stage's artifact bucket says who is at work.
//!
//! Whoever holds it writes it anew at every beat. It is taken over where its holder is known to be dead, or where it has
//! shown no sign of life for a while by our own clock: times of different machines are never compared. Each takeover
//! counts up the fence, and whoever finds another fence than its own begins nothing more.
//!
//! Before the first deploy there is no bucket; then CloudFormation itself lets only one create the first stack.

use serde::{Deserialize, Serialize};
use std::cell::{Cell, OnceCell, RefCell};
use std::time::Duration;

use crate::cloud::{Cloud, CloudError, Fault, Kept, Patient};
use crate::engine::Engine;
use crate::failure::{Exit, Failure, Outcome};
use crate::host::News;
use crate::refusal::Asked;

/// Where in the bucket the slip is.
pub const KEY: &str = "millrace/lease.json";
/// How often a sign of life is tried that others of our own come before.
const RENEWALS: u32 = 5;
/// After how many beats without a sign of life a holder counts as dead.
const BEATS_OF_SILENCE: u32 = 4;

/// Who is at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Different for every run.
    pub run: String,
    /// For people, such as `anna on build-7`.
    pub who: String,
    pub host: String,
    pub process: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Slip {
    fence: u64,
    beat: u64,
    holder: Option<Holder>,
}

/// The run that a slip names.
pub fn holder(slip: &str) -> Option<String> {
    serde_json::from_str::<Slip>(slip).ok()?.holder.map(|holder| holder.run)
}

/// Held until it is released, or until another takes it over because we seem dead.
pub struct Lease<'a, C> {
    cloud: &'a Patient<'a, C>,
    bucket: &'a str,
    slip: RefCell<Slip>,
    mark: RefCell<String>,
    released: Cell<bool>,
}

impl<'a, C: Cloud> Lease<'a, C> {
    /// Takes the stage's lease; `None` where there is no bucket yet to hold it.
    pub async fn take(engine: &'a Engine<'a, C>) -> Outcome<Option<Self>> {
        let (cloud, bucket) = (&engine.cloud, engine.target.bucket.as_str());
        let me = engine.host.me();
        let what = || format!("cannot take the lease of stage {}", engine.target.stage);
        let mut watched: Option<(Slip, Duration)> = None;
        loop {
            let kept = cloud.read(bucket, KEY).await.asked(what)?;
            let mark = kept.as_ref().map(|kept| kept.mark.as_str());
            // What cannot be read was not written by us, and keeps nobody out.
            let found: Slip = kept.as_ref().and_then(|kept| serde_json::from_str(&kept.text).ok()).unwrap_or_default();
            let free = match &found.holder {
                None => true,
                Some(holder) if holder.run == me.run => true,
                Some(holder) => {
                    let life = alive(engine, holder, &found, &mut watched);
                    if life == Life::Certain && !engine.wishes.wait {
                        return Err(taken(&engine.target.stage, holder));
                    }
                    life == Life::None
                }
            };
            if !free {
                let holder = found.holder.as_ref().map_or("", |holder| holder.who.as_str());
                let waited = watched.as_ref().map_or(Duration::ZERO, |(_, since)| cloud.now().saturating_sub(*since));
                let why = format!("{holder} is at work on stage {}, or was", engine.target.stage);
                engine.host.tell(News::Waiting { why: &why, waited });
                cloud.pause(engine.target.pace.beat).await;
                continue;
            }
            let slip = Slip { fence: found.fence + 1, beat: 0, holder: Some(me.clone()) };
            match write(cloud, bucket, &slip, mark).await {
                Ok(Written::New(mark)) => {
                    let (slip, mark) = (RefCell::new(slip), RefCell::new(mark));
                    return Ok(Some(Self { cloud, bucket, slip, mark, released: Cell::new(false) }));
                }
                Ok(Written::Overtaken) => {}
                Err(error) if error.fault == Fault::NotFound => return Ok(None),
                Err(error) => return Err(error).asked(what),
            }
        }
    }

    /// Takes it unless it is held already.
    pub async fn take_into(engine: &'a Engine<'a, C>, held: &OnceCell<Self>) -> Outcome {
        if held.get().is_none()
            && let Some(taken) = Self::take(engine).await?
        {
            let _ = held.set(taken);
        }
        Ok(())
    }

    pub fn fence(&self) -> u64 {
        self.slip.borrow().fence
    }

    /// Whether we still hold it: asked before anything is begun. Asked by a sign of life, so that from then on nobody takes
    /// it over for a while.
    pub async fn check(&self, stage: &str) -> Outcome {
        match self.renew(stage).await.asked(|| format!("cannot renew the lease of stage {stage}"))? {
            Held::Ours => Ok(()),
            Held::Lost(failure) => Err(failure),
        }
    }

    /// Shows a sign of life at every beat; returns only if another took the lease over.
    pub async fn keep(&self, stage: &str, beat: Duration) -> Failure {
        loop {
            self.cloud.pause(beat).await;
            if self.released.get() {
                continue;
            }
            // If it cannot be told, the work itself will hear of it, with more to say.
            if let Ok(Held::Lost(failure)) = self.renew(stage).await
                && !self.released.get()
            {
                return failure;
            }
        }
    }

    async fn renew(&self, stage: &str) -> Result<Held, CloudError> {
        for _ in 0..RENEWALS {
            let slip = Slip { beat: self.slip.borrow().beat + 1, ..self.slip.borrow().clone() };
            let mark = self.mark.borrow().clone();
            if let Written::New(mark) = write(self.cloud, self.bucket, &slip, Some(&mark)).await? {
                self.slip.replace(slip);
                self.mark.replace(mark);
                return Ok(Held::Ours);
            }
            let kept = self.cloud.read(self.bucket, KEY).await?;
            let found = kept.as_ref().and_then(|kept| serde_json::from_str::<Slip>(&kept.text).ok());
            match (kept, found) {
                // Another of our own signs of life came before this one.
                (Some(kept), Some(found)) if self.is_ours(&found) => {
                    self.slip.replace(found);
                    self.mark.replace(kept.mark);
                }
                (_, Some(Slip { holder: Some(holder), .. })) => return Ok(Held::Lost(taken(stage, &holder))),
                _ => return Ok(Held::Lost(lost(stage))),
            }
        }
        Ok(Held::Ours)
    }

    fn is_ours(&self, found: &Slip) -> bool {
        found.fence == self.fence() && found.holder == self.slip.borrow().holder
    }

    /// Lets the next one in, once. Where this fails, the next one waits until we count as dead.
    pub async fn release(&self) {
        if self.released.replace(true) {
            return;
        }
        let slip = Slip { holder: None, ..self.slip.borrow().clone() };
        let mark = self.mark.borrow().clone();
        if let Ok(Written::Overtaken) = write(self.cloud, self.bucket, &slip, Some(&mark)).await {
            // A sign of life whose answer nobody waited for may have been ours.
            let Ok(Some(Kept { text, mark })) = self.cloud.read(self.bucket, KEY).await else { return };
            let found: Slip = serde_json::from_str(&text).unwrap_or_default();
            if self.is_ours(&found) {
                let _ = write(self.cloud, self.bucket, &slip, Some(&mark)).await;
            }
        }
    }

    pub fn is_released(&self) -> bool {
        self.released.get()
    }
}

enum Held {
    Ours,
    Lost(Failure),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Certain,
    Unknown,
    None,
}

/// Whether a holder lives: asked of this machine, or seen by whether the slip changes under our eyes.
fn alive<C: Cloud>(engine: &Engine<'_, C>, holder: &Holder, found: &Slip, seen: &mut Option<(Slip, Duration)>) -> Life {
    match engine.host.is_alive(holder) {
        Some(true) => return Life::Certain,
        Some(false) => return Life::None,
        None => {}
    }
    let now = engine.cloud.now();
    match seen {
        Some((before, since)) if before == found => {
            let silent = now.saturating_sub(*since) >= engine.target.pace.beat * BEATS_OF_SILENCE;
            if silent { Life::None } else { Life::Unknown }
        }
        Some(_) => {
            *seen = Some((found.clone(), now));
            Life::Certain
        }
        None => {
            *seen = Some((found.clone(), now));
            Life::Unknown
        }
    }
}

enum Written {
    New(String),
    Overtaken,
}

/// Writes the slip over the one with this mark. A lost reply is looked into: the slip that is there may be ours.
async fn write<C: Cloud>(
    cloud: &Patient<'_, C>,
    bucket: &str,
    slip: &Slip,
    mark: Option<&str>,
) -> Result<Written, CloudError> {
    let text = serde_json::to_string(slip).unwrap_or_default();
    loop {
        let error = match cloud.write_if(bucket, KEY, &text, mark).await {
            Ok(mark) => return Ok(Written::New(mark)),
            Err(error) => error,
        };
        match error.fault {
            Fault::Overtaken | Fault::Unreachable | Fault::Throttled => {}
            _ => return Err(error),
        }
        let found = cloud.read(bucket, KEY).await?;
        match found {
            Some(kept) if kept.text == text => return Ok(Written::New(kept.mark)),
            found if error.fault != Fault::Overtaken && found.as_ref().map(|kept| kept.mark.as_str()) == mark => {}
            _ => return Ok(Written::Overtaken),
        }
    }
}

fn taken(stage: &str, holder: &Holder) -> Failure {
    Failure::new(format!("stage {stage}: {} is at work on it", holder.who))
        .hint("wait for it by yourself, or with --wait, and run the same command again")
        .exit(Exit::Decision)
}

fn lost(stage: &str) -> Failure {
    Failure::new(format!("stage {stage}: the lease of this run is gone from the artifact bucket"))
        .since("another run took it over, or somebody deleted it")
        .hint("run the same command again")
        .exit(Exit::Decision)
}
