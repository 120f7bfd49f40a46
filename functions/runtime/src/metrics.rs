//! Metrics, written as one line of JSON that CloudWatch takes out of the log (its embedded metric format).

use contract::metric::{BYTES, DROPPED, FUNCTION_NAME, IN, NAMESPACE, OUT, REJECTED, RETURNED};
use serde_json::{Value, json};
use std::{
    ops::AddAssign,
    time::{SystemTime, UNIX_EPOCH},
};

/// What one invocation did. Over all invocations, each record is settled once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records settled, one way or the other.
    pub input: usize,
    pub out: usize,
    /// Records that were fine and not wanted.
    pub dropped: usize,
    pub rejected: usize,
    /// Records handed back to be delivered again, which count as input then; of a queue, messages.
    pub returned: usize,
    /// Of the records that went out.
    pub bytes: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.out += other.out;
        self.dropped += other.dropped;
        self.rejected += other.rejected;
        self.returned += other.returned;
        self.bytes += other.bytes;
    }
}

impl Counts {
    /// Of so many records that all went out.
    pub fn done(records: u64, bytes: u64) -> Self {
        let records = count(records);
        Self { input: records, out: records, bytes: count(bytes), ..Self::default() }
    }

    /// Of so many records that were refused as a whole; one at least, so that alarms have something to see.
    pub fn refused(records: u64) -> Self {
        let records = count(records.max(1));
        Self { input: records, rejected: records, ..Self::default() }
    }

    pub(crate) fn emit(&self, function: &str) {
        let line = self.line(function, SystemTime::now());
        #[expect(clippy::print_stdout, reason = "CloudWatch reads metrics from standard output, unwrapped")]
        {
            println!("{line}");
        }
    }

    fn line(&self, function: &str, now: SystemTime) -> Value {
        let metric = |name, unit| json!({ "Name": name, "Unit": unit });
        let counts = [IN, OUT, DROPPED, REJECTED, RETURNED].map(|name| metric(name, "Count"));
        let milliseconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        json!({
            "_aws": {
                "Timestamp": u64::try_from(milliseconds).unwrap_or(u64::MAX),
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [[FUNCTION_NAME]],
                    "Metrics": counts.into_iter().chain([metric(BYTES, "Bytes")]).collect::<Vec<_>>(),
                }],
            },
            FUNCTION_NAME: function,
            IN: self.input,
            OUT: self.out,
            DROPPED: self.dropped,
            REJECTED: self.rejected,
            RETURNED: self.returned,
            BYTES: self.bytes,
        })
    }
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn is_what_cloudwatch_asks_for() {
        let counts = Counts { input: 5, out: 2, dropped: 1, rejected: 2, returned: 7, bytes: 4_096 };
        let line = counts.line("millrace-dev-write-to-s3", UNIX_EPOCH + Duration::from_millis(1_391_212_800_123));
        assert!(!line.to_string().contains('\n'));
        assert_eq!(
            line,
            json!({
                "_aws": {
                    "Timestamp": 1_391_212_800_123_u64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Millrace",
                        "Dimensions": [["FunctionName"]],
                        "Metrics": [
                            { "Name": "In", "Unit": "Count" },
                            { "Name": "Out", "Unit": "Count" },
                            { "Name": "Dropped", "Unit": "Count" },
                            { "Name": "Rejected", "Unit": "Count" },
                            { "Name": "Returned", "Unit": "Count" },
                            { "Name": "Bytes", "Unit": "Bytes" },
                        ],
                    }],
                },
                "FunctionName": "millrace-dev-write-to-s3",
                "In": 5, "Out": 2, "Dropped": 1, "Rejected": 2, "Returned": 7, "Bytes": 4_096,
            })
        );
    }
}
