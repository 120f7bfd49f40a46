//! The queue between what arrives and the function that takes it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::value::Within;
use super::{FunctionSize, Source, StageFault, or};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawInbox {
    /// Messages a batch at most. Default: 10.
    pub batch_size: Option<Within<1, 10000>>,
    /// Seconds to wait for a batch to fill. Default: 120.
    #[schemars(with = "Option<Within<0, 300>>")]
    pub batch_window_seconds: Option<Spanned<Within<0, 300>>>,
    /// How often a message is tried before it goes to the dead-letter queue. Default: 10.
    #[schemars(with = "Option<Within<5, 1000>>")]
    pub receive_count: Option<Spanned<Within<5, 1000>>>,
    /// How many batches are worked on at once at most. Default: 10.
    pub max_concurrency: Option<Within<2, 1000>>,
    /// How long a message waits at most to be taken. Default: 96.
    #[schemars(with = "Option<Within<1, 312>>")]
    pub retention_hours: Option<Spanned<Within<1, 312>>>,
}

/// A queue's settings, which fit the function that reads it.
#[derive(Debug, Clone, Copy)]
pub struct Inbox {
    pub batch_size: u32,
    pub batch_window_seconds: u32,
    pub receive_count: u32,
    pub max_concurrency: u32,
    pub retention_hours: u32,
    /// How long a message that was taken stays hidden: long enough for a function that is throttled for a while.
    pub visibility_seconds: u32,
}

/// How many times a function's timeout a message stays hidden; what Lambda asks for.
const TIMEOUTS_HIDDEN: u32 = 6;

impl Inbox {
    pub(super) fn check(raw: &RawInbox, size: FunctionSize, source: &Source) -> Result<Self, StageFault> {
        let batch_size = raw.batch_size.unwrap_or(Within::of(10)).get();
        let batch_window_seconds = or(raw.batch_window_seconds.as_ref(), Within::of(120)).get();
        if let Some(window) = raw.batch_window_seconds.as_ref().filter(|_| batch_size > 10 && batch_window_seconds == 0)
        {
            return Err(source.fault(
                &window.referenced,
                &format!("a batch of {batch_size} messages is gathered over time, and this leaves none"),
                "set batch_window_seconds to 1 or more, or batch_size to 10 or less",
            ));
        }
        let visibility_seconds = TIMEOUTS_HIDDEN * size.timeout_seconds + batch_window_seconds;
        let receive_count = or(raw.receive_count.as_ref(), Within::of(10)).get();
        let retention_hours = or(raw.retention_hours.as_ref(), Within::of(96)).get();
        let inbox = Self {
            batch_size,
            batch_window_seconds,
            receive_count,
            max_concurrency: raw.max_concurrency.unwrap_or(Within::of(10)).get(),
            retention_hours,
            visibility_seconds,
        };
        if retention_hours < inbox.least_retention_hours() {
            let written = raw.retention_hours.as_ref().map(|hours| hours.referenced);
            let at = written.or(raw.receive_count.as_ref().map(|count| count.referenced));
            return Err(source.fault(
                &at.unwrap_or(serde_saphyr::Location::UNKNOWN),
                &format!(
                    "a message leaves the queue after {retention_hours} h, before its {receive_count} tries of up to \
                     {visibility_seconds} s each are over"
                ),
                &format!("set retention_hours to {} or more, or receive_count lower", inbox.least_retention_hours()),
            ));
        }
        Ok(inbox)
    }

    /// A message must not leave the queue before all its tries are over.
    pub(super) fn least_retention_hours(self) -> u32 {
        self.receive_count * self.visibility_seconds / 3600 + 1
    }
}
