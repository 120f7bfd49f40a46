//! The colours of drawings and pages, light and dark, and which of them are read against which.

use std::fmt::Write;

/// A colour by its name, as it is by day and by night.
pub struct Colour {
    name: &'static str,
    light: &'static str,
    dark: &'static str,
}

const fn colour(name: &'static str, light: &'static str, dark: &'static str) -> Colour {
    Colour { name, light, dark }
}

pub const PALETTE: [Colour; 21] = [
    colour("page", "#ffffff", "#0f141b"),
    colour("surface", "#f4f6f9", "#171d26"),
    colour("text", "#1a2027", "#e6edf3"),
    colour("muted", "#4f5a66", "#a3b0bd"),
    colour("edge", "#cfd6de", "#343d48"),
    colour("link", "#0a56bd", "#82b6ff"),
    colour("store", "#e2f2e8", "#16301f"),
    colour("store-edge", "#2c7a4b", "#5cb984"),
    colour("work", "#e4edfc", "#172a49"),
    colour("work-edge", "#2c5fba", "#7aa5fb"),
    colour("flow", "#fcf0db", "#382a12"),
    colour("flow-edge", "#955400", "#dba14a"),
    colour("begin", "#f1e8fb", "#2b1d40"),
    colour("begin-edge", "#7339b1", "#bd95f0"),
    colour("data", "#465360", "#a5b2bf"),
    colour("sets-off", "#2c5fba", "#7aa5fb"),
    colour("notice", "#7339b1", "#bd95f0"),
    colour("failure", "#b1271f", "#ff8d83"),
    colour("good", "#1a6f3a", "#66c98c"),
    colour("marked", "#fbe3e0", "#47201d"),
    colour("focus", "#b5480a", "#ffb067"),
];

/// What is read, on what, and the contrast that it needs at least: text 4.5, shapes 3.
pub const READ_ON: [(&str, &str, f64); 47] = [
    ("text", "page", 4.5),
    ("text", "surface", 4.5),
    ("text", "store", 4.5),
    ("text", "work", 4.5),
    ("text", "flow", 4.5),
    ("text", "begin", 4.5),
    ("text", "marked", 4.5),
    ("muted", "page", 4.5),
    ("muted", "surface", 4.5),
    ("muted", "store", 4.5),
    ("muted", "work", 4.5),
    ("muted", "flow", 4.5),
    ("muted", "begin", 4.5),
    ("muted", "marked", 4.5),
    ("link", "page", 4.5),
    ("link", "surface", 4.5),
    ("failure", "page", 4.5),
    ("failure", "surface", 4.5),
    ("failure", "marked", 4.5),
    ("good", "page", 4.5),
    ("good", "surface", 4.5),
    ("store-edge", "page", 4.5),
    ("work-edge", "page", 4.5),
    ("flow-edge", "page", 4.5),
    ("begin-edge", "page", 4.5),
    ("store-edge", "surface", 3.0),
    ("work-edge", "surface", 3.0),
    ("flow-edge", "surface", 3.0),
    ("begin-edge", "surface", 3.0),
    ("store-edge", "store", 3.0),
    ("work-edge", "work", 3.0),
    ("flow-edge", "flow", 3.0),
    ("begin-edge", "begin", 3.0),
    ("data", "page", 3.0),
    ("data", "surface", 3.0),
    ("sets-off", "page", 3.0),
    ("sets-off", "surface", 3.0),
    ("notice", "page", 3.0),
    ("notice", "surface", 3.0),
    ("failure", "work", 3.0),
    ("focus", "page", 3.0),
    ("focus", "surface", 3.0),
    ("focus", "store", 3.0),
    ("focus", "work", 3.0),
    ("focus", "flow", 3.0),
    ("focus", "begin", 3.0),
    ("page", "link", 4.5),
];

/// All colours as variables of an element; those of the night where the reader's system is dark.
pub fn variables(of: &str) -> String {
    let set = |pick: fn(&Colour) -> &'static str| {
        PALETTE.iter().fold(String::new(), |mut all, one| {
            let _ = write!(all, "--{}:{};", one.name, pick(one));
            all
        })
    };
    let (light, dark) = (set(|one| one.light), set(|one| one.dark));
    format!("{of}{{{light}}}\n@media (prefers-color-scheme:dark){{{of}{{{dark}}}}}\n")
}

/// All colours of the day, for paper.
pub fn on_paper(of: &str) -> String {
    let light = PALETTE.iter().fold(String::new(), |all, one| format!("{all}--{}:{};", one.name, one.light));
    format!("@media print{{{of}{{{light}}}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn contrast_is_measured_as_the_standard_says() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!((contrast("#777777", "#ffffff") - 4.478).abs() < 0.001);
    }

    #[test]
    fn everything_can_be_read_by_day_and_by_night() {
        let find = |name: &str| PALETTE.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}"));
        for (front, back, least) in READ_ON {
            let (front, back) = (find(front), find(back));
            for (when, one, other) in [("light", front.light, back.light), ("dark", front.dark, back.dark)] {
                let contrast = contrast(one, other);
                assert!(
                    contrast >= least,
                    "{} on {}, {when}: {contrast:.2} is less than {least}",
                    front.name,
                    back.name
                );
            }
        }
    }
}
