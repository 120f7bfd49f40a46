//! Times for people.

use std::time::Duration;

/// A moment since 1970 as text, to the second.
pub fn utc(since_epoch: Duration) -> String {
    let seconds = i64::try_from(since_epoch.as_secs()).unwrap_or_default();
    let moment = chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    moment.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A stretch of time, as short as it can be read: `0.4 s`, `12 s`, `3 min 20 s`.
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_stretches_read_as_people_write_them() {
        assert_eq!(utc(Duration::ZERO), "1970-01-01 00:00:00 UTC");
        assert_eq!(utc(Duration::from_secs(951_782_399)), "2000-02-28 23:59:59 UTC");
        assert_eq!(utc(Duration::from_hours(264_384)), "2000-02-29 00:00:00 UTC");
        assert_eq!(utc(Duration::from_hours(498_672)), "2026-11-21 00:00:00 UTC");
        assert_eq!(span(Duration::from_millis(420)), "0.4 s");
        assert_eq!(span(Duration::from_secs(59)), "59 s");
        assert_eq!(span(Duration::from_secs(200)), "3 min 20 s");
    }
}
