//! What functions count, so that an alarm names the metric that the function writes.

/// Of all metrics that functions write; their one dimension is [`FUNCTION_NAME`].
pub const NAMESPACE: &str = "Millrace";
pub const FUNCTION_NAME: &str = "FunctionName";

/// Records settled, which is [`OUT`] + [`REJECTED`]. One that is handed back to be delivered again counts when it is settled.
pub const IN: &str = "In";
pub const OUT: &str = "Out";
pub const REJECTED: &str = "Rejected";
/// Records handed back.
pub const RETURNED: &str = "Returned";
/// Of the records that count as [`OUT`].
pub const BYTES: &str = "Bytes";
