//! The keys of a text, with where they stand: what is needed to change one and leave all else as it is written.

use granit_parser::{Event, Parser, ScanError};
use std::ops::Range;

/// A key of a mapping, at any depth.
pub(super) struct Key {
    /// With those above it.
    pub(super) path: String,
    pub(super) range: Range<usize>,
    /// Of a value that is no list and no mapping; else empty.
    pub(super) value: Range<usize>,
}

impl Key {
    pub(super) fn scalar<'a>(&self, text: &'a str) -> Option<&'a str> {
        text.get(self.value.clone()).map(|value| value.trim_matches(['"', '\'']))
    }
}

/// What is open: a mapping with the path of the key whose value is due, or a list.
enum Open {
    Map { path: String, key: Option<String> },
    List,
}

/// Every key of the first document, as it stands.
pub(super) fn keys(text: &str) -> Result<Vec<Key>, ScanError> {
    let mut keys: Vec<Key> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for next in Parser::new_from_str(text) {
        let (event, span) = next?;
        let range = span.byte_range().unwrap_or_default();
        match event {
            Event::Scalar(scalar, ..) => match open.last_mut() {
                Some(Open::Map { path, key: key @ None }) => {
                    let path = if path.is_empty() { scalar.into_owned() } else { format!("{path}.{scalar}") };
                    keys.push(Key { path: path.clone(), range, value: 0..0 });
                    *key = Some(path);
                }
                Some(Open::Map { key: key @ Some(_), .. }) => {
                    *key = None;
                    if let Some(last) = keys.last_mut() {
                        last.value = range;
                    }
                }
                _ => {}
            },
            Event::MappingStart(..) => {
                let path = match open.last() {
                    Some(Open::Map { key: Some(path), .. }) => path.clone(),
                    // Nothing below a list, or within a key, is ever renamed.
                    Some(_) => "[]".to_owned(),
                    None => String::new(),
                };
                open.push(Open::Map { path, key: None });
            }
            Event::SequenceStart(..) => open.push(Open::List),
            Event::MappingEnd | Event::SequenceEnd => {
                open.pop();
                close(&mut open);
            }
            Event::Alias(_) => close(&mut open),
            Event::DocumentEnd => break,
            _ => {}
        }
    }
    Ok(keys)
}

/// A key has its value; or what was no scalar was itself a key.
fn close(open: &mut [Open]) {
    if let Some(Open::Map { key, .. }) = open.last_mut() {
        *key = if key.is_some() { None } else { Some("[]".to_owned()) };
    }
}
