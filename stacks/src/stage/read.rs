//! Reads a stage file's text, and says in a person's words what is wrong with it.

use serde::de::DeserializeOwned;
use serde_saphyr::{Error, Location};

use super::fault::{Place, StageFault, instead};
use super::raw::RawStage;
use super::value::REMEDY;
use super::version::was_renamed;

/// Text to [`RawStage`]. `file` is only a name for messages.
pub fn read(file: &str, text: &str) -> Result<RawStage, StageFault> {
    read_as(file, text, "name at least project, account, region and pipelines; environments/dev.yaml shows how")
}

/// Text to whatever else is written by hand with the same care. `when_empty` is what to do about an empty file.
pub fn read_as<T: DeserializeOwned>(file: &str, text: &str, when_empty: &str) -> Result<T, StageFault> {
    let fault = |place, what: String, remedy: String| StageFault { file: file.to_owned(), place, what, remedy };
    let has_content =
        |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#') && line.trim() != "---";
    if !text.lines().any(has_content) {
        return Err(fault(None, "the file is empty".to_owned(), when_empty.to_owned()));
    }
    serde_saphyr::from_str(text).map_err(|error| {
        let error = error.without_snippet();
        let (what, remedy) = explain(error);
        fault(error.location().and_then(|location| place(text, location)), what, remedy)
    })
}

/// Where a location is, with its line of text.
pub(crate) fn place(text: &str, location: Location) -> Option<Place> {
    let (line, column) = (location.line(), location.column());
    let excerpt = text.lines().nth(usize::try_from(line).ok()?.checked_sub(1)?)?;
    Some(Place { line, column, excerpt: excerpt.to_owned() })
}

/// What is wrong, and what would be right.
fn explain(error: &Error) -> (String, String) {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            let remedy = was_renamed(field, expected).unwrap_or_else(|| instead(field, expected));
            (format!("unknown key '{field}'"), remedy)
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            (format!("'{variant}' is not a choice here"), instead(variant, expected))
        }
        Error::SerdeMissingField { field, .. } => {
            (format!("the key '{field}' is missing"), format!("add '{field}:' with its value"))
        }
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("a key");
            (format!("'{key}' stands here a second time"), "keep one of the two".to_owned())
        }
        Error::InvalidScalar { ty, .. } => {
            (format!("wrong type: {} is due here", in_words(ty)), "write the value as that type".to_owned())
        }
        Error::SerdeInvalidType { unexpected, expected, .. } => {
            (format!("wrong type: {unexpected} where {expected} is due"), "write the value as that type".to_owned())
        }
        Error::Unexpected { expected, .. } => (
            format!("wrong type: {} is due here", in_words(expected)),
            "check the indentation and the value's form".to_owned(),
        ),
        Error::Message { msg, .. } => {
            let (what, remedy) = msg.split_once(REMEDY).unwrap_or((msg, "correct the value"));
            (what.to_owned(), remedy.to_owned())
        }
        Error::MultipleDocuments { .. } => {
            ("a second document starts here".to_owned(), "keep one stage in one file; remove the '---'".to_owned())
        }
        Error::Eof { .. } => ("the file ends too early".to_owned(), "complete the last key".to_owned()),
        other => {
            (format!("not valid YAML: {other}"), "correct the syntax; a YAML-aware editor marks the place".to_owned())
        }
    }
}

fn in_words(kind: &str) -> &str {
    match kind {
        "i64" | "u64" | "u32" => "a whole number",
        "f64" | "floating point" => "a number",
        "bool" | "boolean" => "true or false",
        "string scalar" | "string" => "text",
        "mapping start" => "a mapping (key: value)",
        "sequence start" => "a list",
        other => other,
    }
}
