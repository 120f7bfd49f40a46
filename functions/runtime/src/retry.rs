//! Trying again, for a bounded number of times and with growing pauses.

use std::{
    future::Future,
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use crate::{Fault, PortError};

/// What most calls are given: four attempts, with pauses of about three seconds in all.
pub(crate) const PATIENCE: (u32, Duration) = (3, Duration::from_millis(400));

/// No pause is longer, unless somebody wants it to be.
const LONGEST: Duration = Duration::from_secs(2);

/// What waits. Tests do not.
pub trait Pause {
    fn pause(&self, time: Duration) -> impl Future<Output = ()>;
}

/// Waits for real.
pub struct Sleep;

impl Pause for Sleep {
    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// The pauses that are left. Each is about twice as long as the one before, and a random part of it is left out, so
/// that functions that failed together do not come back together.
#[derive(Debug)]
pub struct Backoff {
    left: u32,
    next: Duration,
    longest: Duration,
}

impl Backoff {
    pub fn new(pauses: u32, first: Duration) -> Self {
        Self { left: pauses, next: first, longest: LONGEST }
    }

    /// The same with pauses that grow up to this one: for what others own, and what is not to be pressed.
    #[must_use]
    pub fn growing_to(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    /// Waits, or says no if there has been enough waiting.
    pub async fn again(&mut self, pause: &impl Pause) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        pause.pause(jittered(self.next)).await;
        self.next = (self.next * 2).min(self.longest);
        true
    }
}

/// Between half of the time and all of it.
fn jittered(time: Duration) -> Duration {
    let parts = u32::try_from(RandomState::new().hash_one(time) % 1_024).unwrap_or(0);
    time / 2 + time / 2 * parts / 1_024
}

/// Repeats a call as often as most calls are.
pub async fn patiently<T>(pause: &impl Pause, call: impl AsyncFnMut() -> Result<T, PortError>) -> Result<T, PortError> {
    retry(Backoff::new(PATIENCE.0, PATIENCE.1), pause, call).await
}

/// Waits if a failure may pass and there is patience left, or says no.
pub(crate) async fn worth_another(error: &PortError, backoff: &mut Backoff, pause: &impl Pause) -> bool {
    let again = error.fault() == Fault::Passing && backoff.again(pause).await;
    if again {
        tracing::warn!("trying again: {}", crate::chain(error));
    }
    again
}

/// Repeats a call while it fails in a way that may pass.
pub async fn retry<T>(
    mut backoff: Backoff,
    pause: &impl Pause,
    mut call: impl AsyncFnMut() -> Result<T, PortError>,
) -> Result<T, PortError> {
    loop {
        match call().await {
            Err(error) if worth_another(&error, &mut backoff, pause).await => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Watch, run};

    #[test]
    fn pauses_grow_are_bounded_and_end() {
        let watch = Watch::default();
        run(async {
            let mut backoff = Backoff::new(8, Duration::from_millis(100));
            while backoff.again(&watch).await {}
        });
        let pauses = watch.pauses();
        assert_eq!(pauses.len(), 8);
        for (pause, most) in pauses.iter().zip([100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]) {
            let most = Duration::from_millis(most);
            assert!(*pause >= most / 2 && *pause <= most, "{pause:?} of {most:?}");
        }
    }

    #[test]
    fn pauses_grow_as_far_as_is_wanted() {
        let watch = Watch::default();
        run(async {
            let mut backoff = Backoff::new(8, Duration::from_secs(1)).growing_to(Duration::from_secs(30));
            while backoff.again(&watch).await {}
        });
        let longest = watch.pauses().into_iter().max().unwrap_or_default();
        assert!(longest >= Duration::from_secs(15) && longest <= Duration::from_secs(30), "{longest:?}");
    }

    #[test]
    fn what_cannot_pass_is_tried_once_and_what_can_until_the_pauses_end() {
        for (fault, calls) in [(Fault::AccessDenied, 1), (Fault::NotFound, 1), (Fault::Invalid, 1), (Fault::Passing, 4)]
        {
            let mut tried = 0;
            let result = run(retry(Backoff::new(3, Duration::from_millis(1)), &Watch::default(), async || {
                tried += 1;
                Err::<(), _>(PortError::new("put", "s3://b/k", fault))
            }));
            assert_eq!((tried, result.unwrap_err().fault()), (calls, fault));
        }
    }
}
