//! How wide text is at most, whatever plain typeface a reader has, and where a long one is broken.

/// The widest that a character gets in common sans-serif typefaces, in hundredths of the font's size. Bold is wider.
fn width(c: char, bold: bool) -> u32 {
    let plain = match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 40,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '-' | '/' | '"' => 48,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '&' | '+' | '=' | '<' | '>' | '~' | '#' => 100,
        'a'..='z' | '0'..='9' | '_' | '*' | '?' | '$' | '·' => 66,
        '!'..='~' => 80,
        // Latin letters with marks, Greek, Cyrillic.
        '\u{a0}'..='\u{52f}' => 110,
        _ => 145,
    };
    if bold { plain + 8 } else { plain }
}

/// In whole pixels, rounded up.
pub fn pixels(text: &str, size: u32, bold: bool) -> u32 {
    let hundredths: u32 = text.chars().map(|c| width(c, bold)).fold(0, u32::saturating_add);
    (hundredths.saturating_mul(size)).div_ceil(100)
}

/// Broken into lines of no more than a width: at spaces and after hyphens and slashes where it can be, else anywhere.
pub fn lines(text: &str, size: u32, bold: bool, most: u32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive([' ', '-', '/', '_', ',']) {
        if !line.is_empty() && pixels(&format!("{line}{}", word.trim_end()), size, bold) > most {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            line.push(c);
            if pixels(line.trim_end(), size, bold) > most && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, c.to_string()));
            }
        }
    }
    lines.push(line);
    lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_breaks_at_its_hyphens() {
        assert_eq!(lines("warehouse-dead-letters", 13, true, 130), ["warehouse-", "dead-letters"]);
        assert_eq!(lines("short", 13, true, 130), ["short"]);
        assert_eq!(lines("", 13, true, 130), [""; 0]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_character_is_lost(text in any::<String>(), most in 30_u32..300) {
            let broken = lines(&text, 13, true, most);
            for line in &broken {
                prop_assert!(pixels(line, 13, true) <= most || line.chars().count() == 1, "{line:?}");
            }
            let without = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(without(&broken.concat()), without(&text));
        }
    }
}
