//! A virtual clock that runs futures: when all of them wait, time jumps to the first that may go on.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// In milliseconds. Whoever is at work for longer waits for nothing.
const A_DAY: u64 = 24 * 3_600_000;

#[derive(Default)]
pub struct Clock {
    now: Cell<u64>,
    timers: RefCell<BinaryHeap<Reverse<Timer>>>,
    made: Cell<u64>,
}

struct Timer {
    at: u64,
    /// Of those due at the same time, the one that was set first goes first.
    number: u64,
    waker: Waker,
}

impl Clock {
    /// Milliseconds since the beginning.
    pub fn now(&self) -> u64 {
        self.now.get()
    }

    /// Begins later than at the beginning.
    pub fn jump(&self, now: u64) {
        self.now.set(now);
    }

    pub fn sleep(&self, time: Duration) -> Sleep<'_> {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Sleep { clock: self, until: self.now().saturating_add(millis), set: false }
    }

    /// Runs a future to its end; `None` where nothing in it will ever go on, or where it takes longer than a day.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let until = self.now().saturating_add(A_DAY);
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return Some(output);
            }
            let Reverse(timer) = self.timers.borrow_mut().pop()?;
            self.now.set(self.now().max(timer.at));
            if self.now() > until {
                return None;
            }
            timer.waker.wake();
        }
    }

    /// Forgets what nobody waits for any more, such as the pauses of a process that was killed.
    pub fn forget(&self) {
        self.timers.borrow_mut().clear();
    }
}

pub struct Sleep<'a> {
    clock: &'a Clock,
    until: u64,
    set: bool,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.clock.now() >= self.until {
            return Poll::Ready(());
        }
        if !self.set {
            self.set = true;
            let number = self.clock.made.get();
            self.clock.made.set(number + 1);
            let timer = Timer { at: self.until, number, waker: context.waker().clone() };
            self.clock.timers.borrow_mut().push(Reverse(timer));
        }
        Poll::Pending
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timer {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_only_while_everybody_waits() {
        let clock = Clock::default();
        let seen = RefCell::new(Vec::new());
        let sleeper = async |name: &'static str, millis: u64| {
            clock.sleep(Duration::from_millis(millis)).await;
            seen.borrow_mut().push((name, clock.now()));
        };
        clock.run(futures_util::future::join(sleeper("slow", 3_600_000), sleeper("quick", 5))).unwrap();
        assert_eq!(*seen.borrow(), [("quick", 5), ("slow", 3_600_000)]);
        assert_eq!(clock.run(std::future::pending::<()>()), None);
    }
}
