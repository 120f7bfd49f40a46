//! What fails for the moment is tried again, so often and no more.

use std::time::Duration;

use oci_client::errors::OciDistributionError as Fault;
use tokio::time::{sleep, timeout};

use crate::access::{Access, Progress, Retry};
use crate::fault::{Halt, passes};

/// What an answer may take by itself.
const PATIENCE: Duration = Duration::from_mins(1);

/// A link that carries less than this in a second carries nothing.
const SLOWEST: u64 = 50_000;

/// Tries until it works, cannot work, or has been tried often enough. `bytes` is how much goes over the line.
pub(crate) async fn trying<T, E: Into<Halt>>(
    access: &Access,
    what: &str,
    bytes: u64,
    mut attempt: impl AsyncFnMut() -> Result<T, E>,
) -> Result<T, Halt> {
    let limit = PATIENCE + Duration::from_secs(bytes / SLOWEST);
    let Retry { attempts: mut left, mut pause } = access.retry;
    loop {
        left = left.saturating_sub(1);
        let outcome =
            timeout(limit, attempt()).await.map_or_else(|_| Err(too_slow(limit)), |ended| ended.map_err(Into::into));
        match outcome {
            Err(Halt::Theirs(fault)) if left > 0 && passes(&fault) => {
                (access.report)(&Progress::Retrying { what: what.to_owned(), because: words(&fault) });
                sleep(pause).await;
                pause *= 2;
            }
            done => return done,
        }
    }
}

fn too_slow(limit: Duration) -> Halt {
    let why = format!("no end after {} seconds", limit.as_secs());
    std::io::Error::new(std::io::ErrorKind::TimedOut, why).into()
}

/// The fault with what it came of, in a line.
fn words(fault: &Fault) -> String {
    let mut words = fault.to_string();
    let mut next = std::error::Error::source(fault);
    while let Some(source) = next {
        words = format!("{words}: {source}");
        next = source.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn answer(code: u16) -> Fault {
        Fault::ServerError { code, url: String::new(), message: String::new() }
    }

    async fn tries(fault: fn() -> Fault) -> u32 {
        let mut access = Access::with_cache("");
        access.retry = Retry { attempts: 3, pause: Duration::ZERO };
        let count = Cell::new(0);
        let outcome: Result<(), Halt> = trying(&access, "it is tried", 0, async || {
            count.set(count.get() + 1);
            Err(fault())
        })
        .await;
        assert!(outcome.is_err());
        count.get()
    }

    #[tokio::test]
    async fn only_what_may_pass_is_tried_again() {
        assert_eq!(tries(|| answer(503)).await, 3);
        assert_eq!(tries(|| answer(429)).await, 3);
        assert_eq!(tries(|| std::io::Error::other("broken off").into()).await, 3);
        assert_eq!(tries(|| answer(400)).await, 1);
        assert_eq!(tries(|| Fault::UnauthorizedError { url: String::new() }).await, 1);
    }

    #[tokio::test]
    async fn what_works_at_last_has_worked() {
        let mut access = Access::with_cache("");
        access.retry.pause = Duration::ZERO;
        let mut left = 2;
        let outcome = trying(&access, "it is tried", 0, async || {
            left -= 1;
            if left == 0 { Ok(7) } else { Err(answer(500)) }
        });
        assert_eq!(outcome.await.ok(), Some(7));
    }
}
