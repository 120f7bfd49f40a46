//! Money, exactly: no float comes near it.

/// Digits after the point that a price may have, and how many parts of one that makes.
const DIGITS: usize = 6;
const ONE: i128 = 1_000_000;
const CENT: i128 = ONE / 100;

/// Digits before the point. With them a price times any quantity stays far below what is counted with.
const MOST: usize = 12;

/// Millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Money(i128);

impl Money {
    /// From digits, with or without a point and more digits. Nothing sold has a price below nought.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !(digits(whole, MOST) && digits(part, DIGITS)) {
            return None;
        }
        let number = |text: &str| text.bytes().fold(0, |number, digit| number * 10 + i128::from(digit - b'0'));
        let padding = (part.len()..DIGITS).fold(1, |padding, _| padding * 10);
        Some(Self(number(whole) * ONE + number(part) * padding))
    }

    /// Whether this is what so many cost at a price: exactly or, where that is no whole number of cents, rounded to the
    /// nearest cent. Half a cent may go either way, since shops differ in that.
    pub(crate) fn is_total(self, unit: Self, quantity: i32) -> bool {
        let exact = unit.0 * i128::from(quantity);
        self.0 == exact || (self.0 % CENT == 0 && (self.0 - exact).abs() * 2 <= CENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    #[test]
    fn a_price_is_digits_with_or_without_a_point() {
        assert_eq!(money("12"), Money(12_000_000));
        assert_eq!(money("012.50"), money("12.5"));
        assert_eq!(money("0.000001"), Money(1));
        assert_eq!(money("999999999999.999999").0, 999_999_999_999_999_999);
        for wrong in
            ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,50", "1 000", "0.0000001", "1234567890123", "NaN", "\u{661}"]
        {
            assert_eq!(Money::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_total_is_exact_or_rounded_to_cents() {
        let is = |total: &str, unit: &str, quantity| money(total).is_total(money(unit), quantity);
        assert!(is("0.30", "0.1", 3) && is("0.3", "0.10", 3), "no float would say so");
        assert!(!is("0.31", "0.1", 3) && !is("0.29", "0.1", 3));
        // 1.005: exactly, or half a cent up or down.
        assert!(is("1.005", "0.335", 3) && is("1.01", "0.335", 3) && is("1.00", "0.335", 3));
        assert!(!is("1.006", "0.335", 3) && !is("1.02", "0.335", 3));
        // 0.9999 is 1.00 in cents.
        assert!(is("1", "0.3333", 3) && is("0.9999", "0.3333", 3) && !is("0.99", "0.3333", 3));
        assert!(is("0", "0", 7) && !is("0.01", "0", 7));
        assert!(is("999999999999", "999999999999", 1));
        assert!(!is("999999999999.999999", "999999999999.999999", i32::MAX));
    }
}
