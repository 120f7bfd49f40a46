//! What functions count, so that an alarm names the metric that the function writes.

/// Of all metrics that functions write; their one dimension is [`FUNCTION_NAME`].
pub const NAMESPACE: &str = "Millrace";
pub const FUNCTION_NAME: &str = "FunctionName";

/// Records settled, which is [`OUT`] + [`DROPPED`] + [`REJECTED`]. One that is handed back to be delivered again counts when it is settled.
pub const IN: &str = "In";
pub const OUT: &str = "Out";
/// Records that were fine and not wanted.
pub const DROPPED: &str = "Dropped";
pub const REJECTED: &str = "Rejected";
/// Records handed back; of a queue, messages.
pub const RETURNED: &str = "Returned";
/// Of the records that count as [`OUT`].
pub const BYTES: &str = "Bytes";
