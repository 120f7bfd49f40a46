//! Time that passes at once.

use std::{cell::RefCell, future::Future, pin::pin, task, time::Duration};

use crate::Pause;

/// Notes how long it should have waited.
#[derive(Default)]
pub struct Watch(RefCell<Vec<Duration>>);

impl Watch {
    pub fn pauses(&self) -> Vec<Duration> {
        self.0.borrow().clone()
    }
}

impl Pause for Watch {
    async fn pause(&self, time: Duration) {
        self.0.borrow_mut().push(time);
    }
}

/// Runs what never really waits, as all that is made of ports in memory and a [`Watch`].
///
/// # Panics
/// If it waits.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let mut context = task::Context::from_waker(task::Waker::noop());
    match pin!(future).poll(&mut context) {
        task::Poll::Ready(value) => value,
        task::Poll::Pending => panic!("a test waits for something outside of it"),
    }
}
