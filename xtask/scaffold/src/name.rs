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
        titled(&self.0)
    }

    /// A text of a template in which this name stands for the template's own.
    pub(crate) fn filled(&self, template: &str) -> String {
        let text = template.replace("sample", self.word()).replace("Sample", &self.title());
        text.replace("SAMPLE", &self.0.to_ascii_uppercase())
    }
}

/// A function: a word, or some with hyphens between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionName(String);

impl FunctionName {
    pub fn new(text: &str) -> Result<Self, BadName> {
        let is_part = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_lowercase())
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let remedy = "write 2 to 16 lower-case letters and digits in words with hyphens between, such as mark-frost";
        let bad = |what: String| Err(BadName { what, remedy: remedy.to_owned() });
        if !text.split('-').all(is_part) || !(2..=LONGEST).contains(&text.len()) {
            return bad(format!("'{text}' cannot be the name of a function"));
        }
        let last = text.rsplit('-').next().unwrap_or(text);
        if TAKEN.contains(&text) || TAKEN.contains(&last) {
            return bad(format!("'{text}' ends like the name of something else"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The binary, its crate, and the last part of the deployed function's name.
    pub fn bin(&self) -> &str {
        &self.0
    }

    pub(crate) fn module(&self) -> String {
        self.0.replace('-', "_")
    }

    pub(crate) fn type_name(&self) -> String {
        self.0.split('-').map(titled).collect()
    }

    /// A text of a template in which this name stands for the template's own.
    pub(crate) fn filled(&self, template: &str) -> String {
        let text = template.replace("clean-sample", self.bin()).replace("clean_sample", &self.module());
        let text = text.replace("CleanSample", &self.type_name());
        text.replace("CLEAN_SAMPLE", &self.module().to_ascii_uppercase())
    }
}

fn titled(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
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
    fn a_function_may_have_several_words() {
        let name = FunctionName::new("mark-frost").unwrap();
        assert_eq!(name.filled("clean-sample clean_sample CleanSample"), "mark-frost mark_frost MarkFrost");
        for wrong in
            ["", "a", "Mark", "mark_frost", "mark--frost", "-mark", "2-mark", "mark-load", "a23456789012345678"]
        {
            assert!(FunctionName::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_template_is_filled_in_every_spelling() {
        let name = Name::new("weather").unwrap();
        assert_eq!(name.filled("sample Sample SAMPLE clean_sample"), "weather Weather WEATHER clean_weather");
    }

    proptest! {
        #[test]
        fn any_text_is_a_name_or_answered(text: String) {
            if let Ok(name) = FunctionName::new(&text) {
                prop_assert_eq!(name.module().len(), text.len());
            }
            if let Ok(name) = Name::new(&text) {
                prop_assert_eq!(name.word(), text);
                prop_assert!(name.title().chars().all(char::is_alphanumeric));
            }
        }
    }
}
