//! Times as the ledger and the warehouse are told them.

use chrono::{DateTime, SecondsFormat, Utc};

pub(crate) fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
