//! What a column holds, and how a value of it goes to PostgreSQL.

use chrono::NaiveDate;

use crate::money::Money;

/// No name of anything is longer. A longer one would not fit into an index.
const LONGEST_ID: usize = 200;

/// A value that is quoted is cut to this.
const SHOWN: usize = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What tells things apart: any text.
    Id,
    /// Blank where it is not known.
    Text,
    Date,
    /// Blank where it has not happened.
    DateOrNone,
    Money,
    /// Of an order: one or more.
    Quantity,
    /// From one to five.
    Stars,
    Whole,
    Truth,
}

impl Kind {
    /// Of a column by its name, wherever it is found.
    pub(crate) fn of(column: &str) -> Self {
        match column {
            "order_id" | "customer_id" | "product_id" | "shipment_id" => Self::Id,
            "order_date" | "calendar_dt" => Self::Date,
            "shipment_date" | "delivery_date" => Self::DateOrNone,
            "unit_price" | "total_price" => Self::Money,
            "quantity" => Self::Quantity,
            "review" => Self::Stars,
            "year_num" | "month_of_the_year_num" | "day_of_the_month_num" | "day_of_the_week_num" => Self::Whole,
            "working_day" => Self::Truth,
            _ => Self::Text,
        }
    }

    /// Writes a value as `COPY` reads it, or says what it should be.
    pub(crate) fn write(self, value: &str, to: &mut Vec<u8>) -> Result<(), &'static str> {
        if value.is_empty() {
            if !matches!(self, Self::Text | Self::DateOrNone) {
                return Err("must not be empty");
            }
            to.extend_from_slice(b"\\N");
            return Ok(());
        }
        match self {
            Self::Id if value.len() > LONGEST_ID => return Err("is too long to tell anything apart"),
            Self::Id | Self::Text => {
                escape(value, to);
                return Ok(());
            }
            Self::Date | Self::DateOrNone => date(value).map(drop).ok_or("is no date such as 2022-09-05")?,
            Self::Money => Money::parse(value).map(drop).ok_or("is no price such as 12.50")?,
            Self::Quantity => quantity(value).map(drop).ok_or("is no whole number above 0")?,
            Self::Stars if matches!(value, "1" | "2" | "3" | "4" | "5") => {}
            Self::Stars => return Err("is not one of 1, 2, 3, 4 and 5"),
            Self::Whole => value.parse::<i32>().map(drop).map_err(|_| "is no whole number")?,
            Self::Truth => {
                to.push(if truth(value).ok_or("is neither true nor false")? { b't' } else { b'f' });
                return Ok(());
            }
        }
        // Digits, points and hyphens by now.
        to.extend_from_slice(value.as_bytes());
        Ok(())
    }
}

pub(crate) fn quantity(value: &str) -> Option<i32> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|quantity| digits && *quantity > 0)
}

fn truth(value: &str) -> Option<bool> {
    let is = |word: &&str| value.eq_ignore_ascii_case(word);
    if ["true", "t", "yes", "y", "1"].iter().any(is) {
        return Some(true);
    }
    ["false", "f", "no", "n", "0"].iter().any(is).then_some(false)
}

/// Year, month and day with four, two and two digits.
fn date(value: &str) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *value.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
    };
    // There is no year 0 in PostgreSQL.
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok().filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

fn escape(value: &str, to: &mut Vec<u8>) {
    let mut rest = value.as_bytes();
    while let Some(odd) = rest.iter().position(|byte| matches!(byte, b'\\' | b'\t' | b'\n' | b'\r')) {
        to.extend_from_slice(&rest[..odd]);
        to.extend_from_slice(match rest[odd] {
            b'\\' => b"\\\\",
            b'\t' => b"\\t",
            b'\n' => b"\\n",
            _ => b"\\r",
        });
        rest = &rest[odd + 1..];
    }
    to.extend_from_slice(rest);
}

/// A value as it stands in a reason: on one line, and not the whole of a long one.
pub(crate) fn shown(value: &str) -> String {
    let plain = value.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c });
    let text: String = plain.clone().take(SHOWN).collect();
    let dots = if plain.count() > SHOWN { "..." } else { "" };
    format!("'{text}{dots}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: Kind, value: &str) -> Result<String, &'static str> {
        let mut to = Vec::new();
        kind.write(value, &mut to).map(|()| String::from_utf8(to).unwrap())
    }

    #[test]
    fn any_text_is_text() {
        assert_eq!(written(Kind::Text, "").unwrap(), "\\N");
        assert_eq!(written(Kind::Text, "\\N").unwrap(), "\\\\N");
        assert_eq!(
            written(Kind::Id, "a\tb\\\r\n'; DROP TABLE x; --\u{fc}").unwrap(),
            "a\\tb\\\\\\r\\n'; DROP TABLE x; --\u{fc}"
        );
        assert_eq!(written(Kind::Id, ""), Err("must not be empty"));
        assert!(written(Kind::Id, &"x".repeat(200)).is_ok() && written(Kind::Id, &"x".repeat(201)).is_err());
    }

    #[test]
    fn a_date_is_one_that_there_was() {
        assert_eq!(written(Kind::Date, "2024-02-29").unwrap(), "2024-02-29");
        assert_eq!(written(Kind::DateOrNone, "").unwrap(), "\\N");
        for wrong in
            ["2023-02-29", "05.09.2022", "2022-9-5", "2022-13-01", "0000-01-01", "2022-09-05T00:00", "+022-01-01"]
        {
            assert_eq!(written(Kind::Date, wrong), Err("is no date such as 2022-09-05"), "{wrong}");
        }
        assert_eq!(written(Kind::Date, ""), Err("must not be empty"));
    }

    #[test]
    fn numbers_are_of_the_range_that_they_mean() {
        assert!(written(Kind::Quantity, "1").is_ok() && written(Kind::Quantity, "2147483647").is_ok());
        for wrong in ["0", "-1", "+1", "1.0", "2147483648", "one"] {
            assert!(written(Kind::Quantity, wrong).is_err(), "{wrong}");
        }
        assert!(["1", "5"].iter().all(|stars| written(Kind::Stars, stars).is_ok()));
        assert!(["0", "6", "01", "4.5"].iter().all(|stars| written(Kind::Stars, stars).is_err()));
        assert!(written(Kind::Money, "-1").is_err() && written(Kind::Whole, "-1").is_ok());
        assert_eq!(
            (written(Kind::Truth, "True").unwrap(), written(Kind::Truth, "0").unwrap()),
            ("t".to_owned(), "f".to_owned())
        );
        assert!(written(Kind::Truth, "maybe").is_err());
    }

    #[test]
    fn what_is_shown_is_short_and_on_one_line() {
        assert_eq!(shown("a\nb"), "'a\u{fffd}b'");
        assert_eq!(shown(&"x".repeat(61)), format!("'{}...'", "x".repeat(60)));
    }
}
