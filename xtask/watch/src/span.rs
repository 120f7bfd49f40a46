//! Spans of time and numbers, as people read them.

/// `45s`, `12m`, `3h`, `2d`: rounded down.
pub fn short(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3600 => format!("{}m", seconds / 60),
        seconds @ 3600..86_400 => format!("{}h", seconds / 3600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// `1234567` → `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_are_short() {
        let all = [-3, 0, 59, 60, 3599, 3600, 86_399, 86_400, 900_000].map(short);
        assert_eq!(all, ["0s", "0s", "59s", "1m", "59m", "1h", "23h", "1d", "10d"]);
    }

    proptest! {
        #[test]
        fn a_number_stays_the_number(number: u64) {
            let text = grouped(number);
            prop_assert_eq!(text.replace(',', ""), number.to_string());
            prop_assert!(text.split(',').skip(1).all(|group| group.len() == 3));
        }
    }
}
