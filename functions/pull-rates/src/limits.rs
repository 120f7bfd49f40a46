//! How long is waited for what, and how much of something is enough.

use runtime::Pause;
use std::{
    cell::Cell,
    time::{Duration, Instant},
};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connect: Duration,
    /// Between a request and the first of its answer.
    pub(crate) answer: Duration,
    /// Between two arrivals of bytes.
    pub(crate) silence: Duration,
    /// After so long a page has to have come at this many bytes a second.
    pub(crate) slow: (Duration, u64),
    /// Bytes of a page, unpacked. A part of an upload has five megabytes, and there may be ten thousand.
    pub(crate) page: u64,
    /// All their notes are in one manifest, and in memory.
    pub(crate) pages: usize,
    /// Pages in a row that are the same, to the byte, as some page before.
    pub(crate) repeated: usize,
    pub(crate) redirects: usize,
    /// Further attempts at a page that is not whole.
    pub(crate) broken: u32,
    /// Between attempts: the first pause, and the longest.
    pub(crate) pauses: (Duration, Duration),
    /// What is kept of a run's time to say that it was not enough.
    pub(crate) room: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_mins(1),
            silence: Duration::from_secs(30),
            slow: (Duration::from_mins(1), 1_024),
            page: 8 * 1_024 * 1_024 * 1_024,
            pages: 10_000,
            repeated: 10,
            redirects: 5,
            broken: 4,
            pauses: (Duration::from_millis(500), Duration::from_secs(30)),
            room: Duration::from_secs(3),
        }
    }
}

/// Whose turn it is: requests are spread evenly over a minute, however often something is tried again.
pub(crate) struct Turns {
    apart: Duration,
    next: Cell<Option<Instant>>,
}

impl Turns {
    /// None if there should be no request at all.
    pub(crate) fn per_minute(requests: u64) -> Option<Self> {
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        Some(Self { apart: Duration::from_mins(1).checked_div(requests)?, next: Cell::new(None) })
    }

    pub(crate) async fn wait(&self, pause: &impl Pause) {
        let now = Instant::now();
        let turn = self.next.get().map_or(now, |next| next.max(now));
        self.next.set(Some(turn + self.apart));
        if turn > now {
            pause.pause(turn - now).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::testing::{Watch, run};

    #[test]
    fn requests_are_spread_over_a_minute() {
        let (turns, watch) = (Turns::per_minute(30).unwrap(), Watch::default());
        (0..4).for_each(|_| run(turns.wait(&watch)));
        let seconds: Vec<f64> = watch.pauses().iter().map(Duration::as_secs_f64).map(f64::round).collect();
        assert_eq!(seconds, [2.0, 4.0, 6.0], "the first one at once");
        assert!(Turns::per_minute(0).is_none());
    }
}
