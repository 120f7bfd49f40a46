//! A session with the database: one at a time, whoever holds the lock.

use warehouse::{Lock, Locked};

use crate::refusal::Refusal;

pub(crate) type Session = Locked<Refusal>;

pub(crate) fn lock() -> Lock {
    Lock {
        application: "load-rates",
        settings: "-c maintenance_work_mem=128MB",
        key: "hashtextextended('millrace rates', 0)".to_owned(),
        waiting: "waiting for another run to end",
    }
}

/// As a literal of SQL.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
