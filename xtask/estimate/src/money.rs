//! Dollars, as a person reads them.

/// With cents below a thousand, with commas above; what is less than a cent says so.
pub fn dollars(amount: f64) -> String {
    let size = amount.abs();
    let sign = if amount < 0.0 { "-" } else { "" };
    if size > 0.0 && size < 0.005 {
        return format!("{sign}<$0.01");
    }
    if size < 1_000.0 {
        return format!("{sign}${size:.2}");
    }
    format!("{sign}${}", grouped(size))
}

/// A difference, with its sign.
pub fn change(amount: f64) -> String {
    if amount < 0.0 { dollars(amount) } else { format!("+{}", dollars(amount)) }
}

/// A quantity: whole with commas where it is large, with as much behind the point as says something where it is small.
pub fn quantity(amount: f64) -> String {
    match amount.abs() {
        size if size >= 1_000.0 => format!("{}{}", if amount < 0.0 { "-" } else { "" }, grouped(size)),
        size if size >= 10.0 => format!("{amount:.0}"),
        size if size >= 1.0 || size == 0.0 => trimmed(&format!("{amount:.1}")),
        _ => trimmed(&format!("{amount:.4}")),
    }
}

fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

fn grouped(size: f64) -> String {
    let digits = format!("{size:.0}");
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

    #[test]
    fn amounts_are_as_a_person_writes_them() {
        assert_eq!(dollars(0.0), "$0.00");
        assert_eq!(dollars(0.001), "<$0.01");
        assert_eq!(dollars(12.4), "$12.40");
        assert_eq!(dollars(1_234_567.8), "$1,234,568");
        assert_eq!(change(-12.4), "-$12.40");
        assert_eq!(change(3.0), "+$3.00");
        assert_eq!(quantity(730.0), "730");
        assert_eq!(quantity(2_920.0), "2,920");
        assert_eq!(quantity(0.25), "0.25");
        assert_eq!(quantity(1.0), "1");
    }
}
