//! When a stream's shards were changed lately, as the stream itself remembers it: a tag.

use std::fmt;

/// How often Kinesis changes the number of shards of a stream within any 24 hours.
pub const OPERATIONS: usize = 10;

const DAY: i64 = 24 * 60;

/// The operations of the last 24 hours, by the minutes since 1970 in which they began, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past(Vec<i64>);

impl Past {
    /// Of the tag's text, those that still count. A word that is no minute, or of another day, is none of ours.
    pub fn read(text: &str, now: i64) -> Self {
        let counts = |minute: &i64| (now - DAY..=now + DAY).contains(minute);
        let mut minutes: Vec<i64> = text.split(' ').filter_map(|word| word.parse().ok()).filter(counts).collect();
        minutes.sort_unstable();
        Self(minutes)
    }

    /// With one more. What a tag has no room for is the oldest.
    #[must_use]
    pub fn and(mut self, now: i64) -> Self {
        self.0.push(now);
        self.0.sort_unstable();
        self.0.drain(..self.0.len().saturating_sub(OPERATIONS));
        self
    }

    /// How many operations are left.
    pub fn left(&self) -> usize {
        OPERATIONS.saturating_sub(self.0.len())
    }
}

impl fmt::Display for Past {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.0.iter().map(i64::to_string).collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 29_700_000;

    #[test]
    fn an_operation_counts_for_a_day() {
        let past = Past::default().and(NOW);
        assert_eq!(past.to_string(), "29700000");
        assert_eq!(Past::read("29700000", NOW + DAY).left(), OPERATIONS - 1);
        assert_eq!(Past::read("29700000", NOW + DAY + 1).left(), OPERATIONS);
        assert_eq!(Past::read("by hand, last week 7", NOW), Past::default());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(minutes in prop::collection::vec(NOW - DAY..=NOW, 0..30)) {
            let past = minutes.iter().fold(Past::default(), |past, minute| past.and(*minute));
            prop_assert_eq!(past.left(), OPERATIONS.saturating_sub(minutes.len()));
            let text = past.to_string();
            // As a tag takes it.
            prop_assert!(text.len() <= 256 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b' '));
            prop_assert_eq!(Past::read(&text, NOW), past);
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,300}", now in any::<i32>()) {
            prop_assert!(Past::read(&text, now.into()).left() <= OPERATIONS);
        }
    }
}
