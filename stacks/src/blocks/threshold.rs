//! From where on an alarm sounds: late enough that ordinary work is no alarm, and early enough that nothing is lost yet.

/// How far a function may be behind its stream. A batch may be gathered, worked on, and tried again twice; but when half of the
/// time is over after which a record is given up, somebody has to know.
pub(super) fn behind_seconds((window, given_up_after): (u32, u32), timeout: u32) -> u32 {
    const LEAST: u32 = 15 * 60;
    (3 * (window + timeout)).max(LEAST).min(given_up_after / 2)
}

/// How long a message may wait: for three tries of it, but never for more than half of the time that the queue keeps it.
pub(super) fn waiting_seconds(visibility: u32, kept_for: u32) -> u32 {
    (3 * visibility).min(kept_for / 2)
}

/// Four fifths of the time after which an invocation is killed.
pub(super) fn near_timeout_ms(timeout_seconds: u32) -> u64 {
    u64::from(timeout_seconds) * 800
}

/// A twentieth. RDS grows the storage when a tenth is left: where half of that is used up too, it could not.
pub(super) fn storage_left_bytes(storage_gb: u32) -> u64 {
    u64::from(storage_gb) * 1_000_000_000 / 20
}

/// Four fifths of those that PostgreSQL takes, about 80 for each gigabyte and never more than 5,000.
pub(super) fn connections(memory_gb: u32) -> u64 {
    (u64::from(memory_gb) * 80).min(5_000) * 4 / 5
}

/// A twentieth.
pub(super) fn memory_left_bytes(memory_gb: u32) -> u64 {
    u64::from(memory_gb) * 1_000_000_000 / 20
}
