//! What an invocation answers.

use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Status {
    /// More shards are on their way.
    ScaledOut,
    /// Fewer.
    ScaledIn,
    /// It has as many as it should.
    Right,
    /// Fewer would do, and the operation is kept for adding some.
    Spared,
    /// More are needed, and there is no operation left today.
    Exhausted,
    /// Its shards are being changed already, or something else about it.
    Updating,
    /// Kinesis refuses: it was asked too often within a day, or the account has no shards left.
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    pub(crate) status: Status,
    pub(crate) shards: u32,
    /// How many it was to have instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<u32>,
    /// Of the minutes that were looked at, what came in during the one with the most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peak: Option<Peak>,
    /// How many operations are left within these 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operations_left: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Peak {
    pub(crate) bytes_per_second: u64,
    pub(crate) records_per_second: u64,
}
