//! The clock, which a function has from outside.

use chrono::{DateTime, Utc};
use std::time::SystemTime;

pub fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}
