//! Since when: `10m`, `1h30m`, a date, a time, or both.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

const FORMS: &str =
    "write a span such as 10m, 1h30m or 2d, or a time in UTC such as 03:15, 2026-11-22 or 2026-11-22T03:15:00Z";

/// The moment that a text means, seen from now.
pub fn since(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let text = text.trim();
    let meant = if let Some(span) = span(text) {
        now.checked_sub_signed(span?).ok_or_else(|| format!("'{text}' is longer ago than there is time; {FORMS}"))?
    } else {
        moment(text, now).ok_or_else(|| format!("'{text}' is neither a span nor a time; {FORMS}"))?
    };
    if meant > now {
        return Err(format!("'{text}' is still to come; it is {} now", now.format("%Y-%m-%dT%H:%M:%SZ")));
    }
    Ok(meant)
}

/// None if it is no span at all; an error if it is one that is out of range.
fn span(text: &str) -> Option<Result<TimeDelta, String>> {
    let (mut rest, mut all) = (text, 0_i64);
    let mut before = i64::MAX;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let unit = after.chars().next()?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 7 * 86_400,
            _ => return None,
        };
        // From the largest to the smallest, each once.
        if number.is_empty() || seconds >= before {
            return None;
        }
        before = seconds;
        let part = number.parse::<i64>().ok().and_then(|number| number.checked_mul(seconds));
        let Some(sum) = part.and_then(|part| all.checked_add(part)) else {
            return Some(Err(format!("'{text}' is too long; {FORMS}")));
        };
        all = sum;
        rest = &after[unit.len_utf8()..];
    }
    if text.is_empty() {
        return None;
    }
    Some(TimeDelta::try_seconds(all).ok_or_else(|| format!("'{text}' is too long; {FORMS}")))
}

fn moment(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    for form in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
        if let Ok(at) = NaiveDateTime::parse_from_str(text, form) {
            return Some(at.and_utc());
        }
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(day.and_time(NaiveTime::MIN).and_utc());
    }
    let time = ["%H:%M:%S", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())?;
    let today = now.date_naive().and_time(time).and_utc();
    // A time of day that is still to come today was yesterday.
    if today <= now { Some(today) } else { today.checked_sub_signed(TimeDelta::days(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-11-22T03:15:30Z").unwrap().to_utc()
    }

    fn meant(text: &str) -> String {
        since(text, now()).map_or_else(|why| why, |at| at.format("%m-%dT%H:%M:%S").to_string())
    }

    #[test]
    fn spans_and_times_are_understood() {
        assert_eq!(meant("10m"), "11-22T03:05:30");
        assert_eq!(meant("1h30m"), "11-22T01:45:30");
        assert_eq!(meant("2d"), "11-20T03:15:30");
        assert_eq!(meant("0s"), "11-22T03:15:30");
        assert_eq!(meant("03:00"), "11-22T03:00:00");
        assert_eq!(meant("03:20"), "11-21T03:20:00");
        assert_eq!(meant("2026-11-22"), "11-22T00:00:00");
        assert_eq!(meant("2026-11-22T04:00:00+01:00"), "11-22T03:00:00");
        assert_eq!(meant(" 2026-11-21 23:59 "), "11-21T23:59:00");
    }

    #[test]
    fn what_is_meant_otherwise_is_said() {
        for text in ["", "m", "10", "10x", "30m1h", "1m1m", "1.5h", "-5m", "yesterday", "25:00", "2026-13-01", "²m"] {
            assert!(meant(text).contains("write a span such as 10m"), "{text}: {}", meant(text));
        }
        assert!(meant("99999999999999999999d").contains("too long"));
        assert!(meant("300000000d").contains("write a span"));
        assert!(meant("2026-11-23").contains("still to come"));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,30}") {
            if let Ok(at) = since(&text, now()) {
                prop_assert!(at <= now());
            }
        }

        #[test]
        fn a_span_is_the_sum_of_its_parts(days in 0..4000_i64, hours in 0..100_i64, minutes in 0..100_i64, seconds in 0..100_i64) {
            let text = format!("{days}d{hours}h{minutes}m{seconds}s");
            let all = TimeDelta::seconds(((days * 24 + hours) * 60 + minutes) * 60 + seconds);
            prop_assert_eq!(since(&text, now()), Ok(now() - all));
        }

        #[test]
        fn a_time_is_what_was_written(seconds in 0..1_700_000_000_i64) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            prop_assert_eq!(since(&at.to_rfc3339(), now()), Ok(at));
            prop_assert_eq!(since(&at.format("%Y-%m-%d %H:%M:%S").to_string(), now()), Ok(at));
        }
    }
}
