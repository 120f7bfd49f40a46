//! Attempts until one succeeds or there is no time left.

use runtime::{Backoff, Pause, chain};
use std::time::{Duration, Instant};
use tokio::time::timeout;

use super::{Database, Lock, Locked, Logins, Refusal, Trouble};

/// What is kept of an invocation's time to tell people that it failed.
const ROOM: Duration = Duration::from_secs(12);

/// Of several attempts, before the second. A database that changes to its standby is back within two minutes.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
pub const PAUSES: u32 = 120;

/// How long an invocation goes on trying.
pub struct Patience<'a, P> {
    pub pause: &'a P,
    /// Between attempts.
    pub pauses: u32,
    /// When the function is killed.
    pub end: Instant,
}

impl<P: Pause> Patience<'_, P> {
    /// Attempts, each with a session of its own, until one ends in something that does not pass by itself.
    pub async fn attempt<L: Logins, R: Refusal, T>(
        &self,
        database: &Database<L>,
        lock: &Lock,
        mut attempt: impl AsyncFnMut(&Locked<R>) -> Result<T, Trouble<R>>,
    ) -> Result<T, Trouble<R>> {
        let (mut backoff, mut last) = (Backoff::new(self.pauses, FIRST_PAUSE), None);
        loop {
            let left = self.left();
            let whole = async {
                let session = Locked::begin(database, lock, left).await?;
                let done = attempt(&session).await;
                session.close().await;
                done
            };
            let Ok(done) = timeout(left, whole).await else {
                // What came before is likelier to say why.
                return Err(last.unwrap_or_else(|| Trouble::passing("there was no time left to finish it")));
            };
            match done {
                Err(trouble) if trouble.may_pass() && !self.left().is_zero() && backoff.again(self.pause).await => {
                    tracing::warn!("trying again: {}", chain(&trouble));
                    last = Some(trouble);
                }
                done => return done,
            }
        }
    }

    fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now()).saturating_sub(ROOM)
    }
}
