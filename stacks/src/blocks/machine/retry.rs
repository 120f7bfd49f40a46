//! What is tried again when a task fails, how often, and after how long.

use serde_json::{Value, json};

/// One kind of failure.
struct Retry {
    errors: &'static [&'static str],
    seconds: u32,
    attempts: u32,
}

/// Of one task: how often, and how many seconds after the first failure.
#[derive(Debug, Clone, Copy)]
pub struct Retries {
    attempts: u32,
    seconds: u32,
}

/// The longest that is waited between two attempts.
const LONGEST_SECONDS: u32 = 900;

impl Retries {
    /// Whatever fails.
    pub fn patient(attempts: u32, seconds: u32) -> Self {
        Self { attempts, seconds }
    }

    /// What a service answers when it is busy says nothing of the work, and is tried again sooner and more often.
    pub(super) fn value(self, busy: &'static [&'static str]) -> Value {
        let busy = Retry { errors: busy, seconds: 2, attempts: 8 };
        let other = Retry { errors: &["States.ALL"], seconds: self.seconds, attempts: self.attempts };
        [busy, other].iter().map(Retry::value).collect()
    }
}

impl Retry {
    fn value(&self) -> Value {
        json!({
            "ErrorEquals": self.errors,
            "IntervalSeconds": self.seconds,
            "BackoffRate": 2,
            "MaxAttempts": self.attempts,
            "MaxDelaySeconds": LONGEST_SECONDS.max(self.seconds + 1),
            "JitterStrategy": "FULL",
        })
    }
}
