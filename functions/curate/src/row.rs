//! A price as it was pulled, and as it is sorted: in 96 bits, whose order is that of its columns.

use chrono::{Datelike, NaiveDate};
use contract::rates::PULLED;

/// One value of a row, as a page has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// Not there, or null. What is empty is no more than that.
    Missing,
    /// A text, or a number as it is written.
    Text(&'a [u8]),
    /// A list, an object, or what is true or false.
    Other,
}

/// In the order of [`PULLED`].
pub(crate) type Values<'a> = [Value<'a>; PULLED.len()];

/// Bits, from the highest: 24 of each code, 17 of the day, 31 of the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Row(u128);

const PRICE: u32 = 31;
const DAY: u32 = 17;
const CODE: u32 = 24;

/// A row's size where it is written down.
pub(crate) const PACKED: usize = 12;

const YEARS: std::ops::RangeInclusive<i32> = 1_900..=2_199;
/// Days of the Common Era before 1900 and before 1970.
const BEFORE_1900: i32 = 693_595;
const BEFORE_1970: i32 = 719_162;

/// What is shown of a value.
const SHOWN: usize = 40;

impl Row {
    /// None if something is wrong: [`reasons`] says what.
    pub(crate) fn of(values: &Values<'_>) -> Option<Self> {
        let [Value::Text(orig), Value::Text(dest), Value::Text(day), Value::Text(price)] = values else { return None };
        let row = u128::from(code(orig)?) << (CODE + DAY + PRICE)
            | u128::from(code(dest)?) << (DAY + PRICE)
            | u128::from(self::day(day)?) << PRICE
            | u128::from(self::price(price)?);
        Some(Self(row))
    }

    pub(crate) fn orig(self) -> [u8; 5] {
        letters(self.bits(DAY + PRICE + CODE, CODE))
    }

    pub(crate) fn dest(self) -> [u8; 5] {
        letters(self.bits(DAY + PRICE, CODE))
    }

    /// Days since 1970.
    pub(crate) fn day(self) -> i32 {
        self.bits(PRICE, DAY).cast_signed() + BEFORE_1900 - BEFORE_1970
    }

    pub(crate) fn price(self) -> i32 {
        self.bits(0, PRICE).cast_signed()
    }

    pub(crate) fn pack(self) -> [u8; PACKED] {
        let mut packed = [0; PACKED];
        packed.copy_from_slice(&self.0.to_be_bytes()[16 - PACKED..]);
        packed
    }

    pub(crate) fn unpack(packed: [u8; PACKED]) -> Self {
        let mut bytes = [0; 16];
        bytes[16 - PACKED..].copy_from_slice(&packed);
        Self(u128::from_be_bytes(bytes))
    }

    /// At most 32 of them.
    fn bits(self, from: u32, many: u32) -> u32 {
        u32::try_from(self.0 >> from & ((1 << many) - 1)).unwrap_or(u32::MAX)
    }
}

/// All that is wrong with a row, by column.
pub(crate) fn reasons(values: &Values<'_>) -> String {
    let mut reasons = Vec::new();
    for (column, (name, value)) in PULLED.into_iter().zip(values).enumerate() {
        let text = match value {
            Value::Missing | Value::Text(b"") => {
                reasons.push(format!("{name} is missing"));
                continue;
            }
            Value::Other => {
                reasons.push(format!("{name} is neither text nor a number"));
                continue;
            }
            Value::Text(text) => *text,
        };
        let wrong = match column {
            0 | 1 => code(text).is_none().then_some("is not five letters A-Z"),
            2 => day(text).is_none().then_some("is not a day from 1900-01-01 to 2199-12-31 as YYYY-MM-DD"),
            _ => price(text).is_none().then_some("is not a whole number from 0 to 2147483647"),
        };
        reasons.extend(wrong.map(|wrong| format!("{name} '{}' {wrong}", shown(text))));
    }
    reasons.join("; ")
}

fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    match text.char_indices().nth(SHOWN) {
        None => text.into_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

fn code(text: &[u8]) -> Option<u32> {
    let letters: [u8; 5] = text.try_into().ok()?;
    letters.into_iter().try_fold(0, |code, letter| {
        let letter = letter.wrapping_sub(b'A');
        (letter < 26).then(|| code * 26 + u32::from(letter))
    })
}

fn letters(mut code: u32) -> [u8; 5] {
    let mut letters = [b'A'; 5];
    for letter in letters.iter_mut().rev() {
        *letter += (code % 26) as u8;
        code /= 26;
    }
    letters
}

/// Days since 1900.
fn day(text: &[u8]) -> Option<u32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok().filter(|year| YEARS.contains(year))?;
    let date = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    u32::try_from(date.num_days_from_ce() - 1 - BEFORE_1900).ok()
}

fn price(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 10 {
        return None;
    }
    number(text).filter(|price| *price <= i32::MAX.cast_unsigned())
}

/// Nothing but digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        if digit < 10 { number.checked_mul(10)?.checked_add(u32::from(digit)) } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts<'a>(texts: &[&'a str; 4]) -> Values<'a> {
        texts.map(|text| Value::Text(text.as_bytes()))
    }

    #[test]
    fn what_is_wrong_is_said_by_column() {
        let said = |values: &[&str; 4]| {
            assert!(Row::of(&texts(values)).is_none());
            reasons(&texts(values))
        };
        assert_eq!(
            said(&["abcde", "ABCD", "2026-02-29", "12.0"]),
            "orig_code 'abcde' is not five letters A-Z; dest_code 'ABCD' is not five letters A-Z; \
             day '2026-02-29' is not a day from 1900-01-01 to 2199-12-31 as YYYY-MM-DD; \
             price '12.0' is not a whole number from 0 to 2147483647"
        );
        assert_eq!(said(&["ABCDE", "", "2024-02-29", "1"]), "dest_code is missing");
        for day in
            ["1899-12-31", "2200-01-01", "2026-13-01", "2026-1-01", "2026-00-10", "2026-01-32", "x", "2026/01/01"]
        {
            assert!(said(&["ABCDE", "ABCDE", day, "1"]).starts_with(&format!("day '{day}' is not")), "{day}");
        }
        for price in ["2147483648", "-1", "+1", "1e3", " 1", "99999999999", "00000000001", "4294967297", "\u{663}"] {
            assert!(said(&["ABCDE", "ABCDE", "1900-01-01", price]).starts_with(&format!("price '{price}' is not")));
        }
        let long = "ä".repeat(50);
        assert!(said(&[&long, "ABCDE", "2024-02-29", "1"]).contains(&format!("'{}…'", "ä".repeat(40))));
        let other = [Value::Other, Value::Missing, Value::Text(b"2024-02-29"), Value::Text(b"0")];
        assert_eq!(reasons(&other), "orig_code is neither text nor a number; dest_code is missing");
    }

    proptest! {
        /// What goes in comes out, and the order of packed rows is that of their columns.
        #[test]
        fn rows_are_packed_without_loss_and_in_order(
            rows in prop::collection::vec(("[A-Z]{5}", "[AZ]{5}", 0..109_572_i32, 0..=i32::MAX), 2)
        ) {
            let packed: Vec<Row> = rows.iter().map(|(orig, dest, day, price)| {
                let date = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::TimeDelta::days((*day).into());
                let (date, price_text) = (date.to_string(), price.to_string());
                let row = Row::of(&texts(&[orig, dest, &date, &price_text])).unwrap();
                assert_eq!(&row.orig()[..], orig.as_bytes());
                assert_eq!(&row.dest()[..], dest.as_bytes());
                assert_eq!((row.day(), row.price()), (day - 25_567, *price));
                assert_eq!(Row::unpack(row.pack()), row);
                row
            }).collect();
            prop_assert_eq!(rows[0].cmp(&rows[1]), packed[0].cmp(&packed[1]));
            prop_assert_eq!(packed[0].pack().cmp(&packed[1].pack()), packed[0].cmp(&packed[1]));
        }
    }
}
