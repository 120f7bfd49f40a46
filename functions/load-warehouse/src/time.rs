//! The clock, which a function has from outside.

use chrono::{DateTime, SecondsFormat, Utc};
use std::time::SystemTime;

pub(crate) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

pub(crate) fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
