//! The factor by which a copy is smaller or larger, and how a number follows it.

use std::fmt;
use std::str::FromStr;

/// From a hundredth of the stage to ten of it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Scale(f64);

/// A number that cannot be a scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadScale(String);

impl Scale {
    pub const SMALLEST: f64 = 0.01;
    pub const LARGEST: f64 = 10.0;
    /// As large as the stage itself.
    pub const WHOLE: Self = Self(1.0);

    pub fn new(factor: f64) -> Result<Self, BadScale> {
        let good = (Self::SMALLEST..=Self::LARGEST).contains(&factor);
        if good { Ok(Self(factor)) } else { Err(BadScale(factor.to_string())) }
    }

    pub const fn factor(self) -> f64 {
        self.0
    }

    pub fn is_smaller(self) -> bool {
        self.0 < 1.0
    }

    /// What can be had in any number: rounded up, within what AWS takes. What was outside stays as it was.
    pub(super) fn of<const MIN: u32, const MAX: u32>(self, number: u32) -> u32 {
        let least = MIN.min(number);
        // Of numbers below 2^32 and a factor of at most ten, nothing is lost but what rounding up makes good.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are positive and small")]
        let wanted = (self.exactly(number) - 1e-9).ceil() as u64;
        u32::try_from(wanted).unwrap_or(u32::MAX).clamp(least, MAX.max(number))
    }

    /// What does not grow with the load: it is the same in a larger copy, and less in a smaller one.
    pub(super) fn at_most<const MIN: u32, const MAX: u32>(self, number: u32) -> u32 {
        Self(self.0.min(1.0)).of::<MIN, MAX>(number)
    }

    pub(super) fn exactly(self, number: u32) -> f64 {
        f64::from(number) * self.0
    }
}

impl FromStr for Scale {
    type Err = BadScale;
    fn from_str(text: &str) -> Result<Self, BadScale> {
        text.parse().map_err(|_| BadScale(text.to_owned())).and_then(Self::new)
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for BadScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is no scale: write a number from {} to {}", self.0, Scale::SMALLEST, Scale::LARGEST)
    }
}

impl std::error::Error for BadScale {}
