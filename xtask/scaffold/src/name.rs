//! What a pipeline is called: in a stage file, in Rust and in the names of resources.

/// One word of lower-case letters and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// Why something cannot be called so, and what would do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct BadName {
    pub what: String,
    pub remedy: String,
}

/// Names of resources have to fit below every stage's name.
const LONGEST: usize = 16;

/// What Rust, its prelude, or the names of other resources of a stage have for themselves.
const TAKEN: [&str; 70] = [
    "abstract",
    "account",
    "alerts",
    "arrivals",
    "artifacts",
    "as",
    "async",
    "await",
    "become",
    "bool",
    "box",
    "break",
    "char",
    "clean",
    "const",
    "continue",
    "crate",
    "curated",
    "default",
    "delivery",
    "do",
    "drop",
    "dyn",
    "else",
    "enum",
    "extern",
    "failures",
    "false",
    "final",
    "fn",
    "for",
    "if",
    "impl",
    "in",
    "ledger",
    "let",
    "letters",
    "load",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "output",
    "override",
    "parameter",
    "pub",
    "raw",
    "ref",
    "resource",
    "return",
    "self",
    "shared",
    "static",
    "str",
    "string",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "use",
    "vec",
    "warehouse",
    "where",
    "while",
    "yield",
];

impl Name {
    pub fn new(text: &str) -> Result<Self, BadName> {
        let bad = |what: String, remedy: &str| Err(BadName { what, remedy: remedy.to_owned() });
        let is_word = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            && text.starts_with(|first: char| first.is_ascii_lowercase());
        if !is_word || !(2..=LONGEST).contains(&text.len()) {
            return bad(
                format!("'{text}' cannot be the name of a pipeline"),
                "write one word of 2 to 16 lower-case letters and digits that begins with a letter, such as weather",
            );
        }
        if TAKEN.contains(&text) {
            return bad(format!("'{text}' means something else already"), "take another word, such as weather");
        }
        Ok(Self(text.to_owned()))
    }

    /// As stage files and the command line have it.
    pub fn word(&self) -> &str {
        &self.0
    }

    /// As Rust calls a type.
    pub fn title(&self) -> String {
        let (first, rest) = self.0.split_at(1);
        format!("{}{rest}", first.to_ascii_uppercase())
    }

    /// A text of a template in which this name stands for the template's own.
    pub(crate) fn filled(&self, template: &str) -> String {
        let text = template.replace("sample", self.word()).replace("Sample", &self.title());
        text.replace("SAMPLE", &self.0.to_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_name_is_answered_with_what_would_do() {
        for wrong in
            ["", "a", "Weather", "air-quality", "air_quality", "2nd", "self", "warehouse", "a23456789012345678"]
        {
            let bad = Name::new(wrong).unwrap_err();
            assert!(bad.remedy.contains("such as weather"), "{wrong}: {bad}");
        }
        assert!(TAKEN.is_sorted());
    }

    #[test]
    fn a_template_is_filled_in_every_spelling() {
        let name = Name::new("weather").unwrap();
        assert_eq!(name.filled("sample Sample SAMPLE clean_sample"), "weather Weather WEATHER clean_weather");
    }

    proptest! {
        #[test]
        fn any_text_is_a_name_or_answered(text: String) {
            if let Ok(name) = Name::new(&text) {
                prop_assert_eq!(name.word(), text);
                prop_assert!(name.title().chars().all(char::is_alphanumeric));
            }
        }
    }
}
