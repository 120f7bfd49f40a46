//! Sequence numbers, which order the records of a shard.

use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt};

/// A record's number in its shard: decimal, longer than any machine integer, and increasing.
/// Kept as Kinesis writes it, because Kinesis is answered in the same words; compared as the number that it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sequence(String);

/// Text that is not a sequence number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a sequence number (1 to {width} decimal digits)", width = Sequence::WIDTH)]
pub struct BadSequence(String);

impl Sequence {
    /// Digits of a [padded](Self::padded) number. Kinesis numbers have 56 today.
    pub const WIDTH: usize = 64;

    pub fn parse(text: &str) -> Result<Self, BadSequence> {
        let number = (1..=Self::WIDTH).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if number { Ok(Self(text.to_owned())) } else { Err(BadSequence(text.chars().take(80).collect())) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With leading zeros to a fixed width, so that text sorts as the numbers do.
    pub fn padded(&self) -> String {
        format!("{:0>width$}", self.0, width = Self::WIDTH)
    }

    fn digits(&self) -> &str {
        self.0.trim_start_matches('0')
    }
}

impl Ord for Sequence {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mine, theirs) = (self.digits(), other.digits());
        mine.len().cmp(&theirs.len()).then_with(|| mine.cmp(theirs))
    }
}

impl PartialEq for Sequence {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Sequence {}

impl PartialOrd for Sequence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Sequence {
    type Error = BadSequence;
    fn try_from(text: String) -> Result<Self, BadSequence> {
        Self::parse(&text)
    }
}

impl From<Sequence> for String {
    fn from(sequence: Sequence) -> Self {
        sequence.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sequence(text: &str) -> Sequence {
        Sequence::parse(text).unwrap()
    }

    #[test]
    fn numbers_of_differing_length_compare_as_numbers() {
        assert!(sequence("9") < sequence("10"));
        assert!(sequence("99999999999999999999999") < sequence("100000000000000000000000"));
        assert!(sequence("007") < sequence("8"));
        assert_eq!(sequence("007"), sequence("7"));
        assert_eq!(sequence("007").as_str(), "007", "and still it is answered as it came");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "12a", "-1", " 1", "1.0", "٣", &"1".repeat(65)] {
            assert!(Sequence::parse(text).is_err(), "{text}");
        }
        assert!(Sequence::parse(&"1".repeat(64)).is_ok());
    }

    proptest! {
        #[test]
        fn orders_as_integers_do_padded_or_not(a: u128, b: u128) {
            let (x, y) = (sequence(&a.to_string()), sequence(&b.to_string()));
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.padded().cmp(&y.padded()), a.cmp(&b));
        }
    }
}
