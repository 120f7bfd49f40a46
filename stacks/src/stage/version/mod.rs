//! The version of a stage file's form, and how a file of an earlier one becomes one of today's.

mod keys;
#[cfg(test)]
mod tests;

use granit_parser::ScanError;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::ops::Range;

use self::keys::{Key, keys};
use super::fault::{Place, StageFault};
use super::value::wrong;

/// The one that is read. A file that names none is taken for one of it.
pub const VERSION: u32 = 2;

const COMMAND: &str = "cargo xtask migrate-config";

/// A key that was called otherwise before a version.
struct Renamed {
    since: u32,
    path: &'static str,
    now: &'static str,
}

/// Functions' settings are called like the function.
const RENAMED: [Renamed; 1] = [Renamed { since: 2, path: "pipelines.flats.load", now: "load_warehouse" }];

/// What to do about a key that nobody knows, if it was one once.
pub(super) fn was_renamed(key: &str, expected: &[&str]) -> Option<String> {
    let renamed = RENAMED.iter().find(|renamed| last(renamed.path) == key && expected.contains(&renamed.now))?;
    Some(format!("it is called '{}' since version {} of stage files: {COMMAND}", renamed.now, renamed.since))
}

/// `version:` of a file: only today's is read.
#[derive(Debug)]
pub struct FileVersion;

impl<'de> Deserialize<'de> for FileVersion {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let version = i64::deserialize(from)?;
        let what = format!("the file is of version {version}, and this is of version {VERSION}");
        match version - i64::from(VERSION) {
            0 => Ok(Self),
            ..0 => Err(wrong(&what, &format!("bring it up to date: {COMMAND}"))),
            _ => Err(wrong(&what, "bring your checkout up to date: the file is made for a later one")),
        }
    }
}

impl JsonSchema for FileVersion {
    fn schema_name() -> Cow<'static, str> {
        "FileVersion".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "const": VERSION })
    }
}

/// A file as it is to be, and what is different about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgraded {
    pub text: String,
    /// None for a file that is as it should be.
    pub changes: Vec<String>,
}

/// Brings a file's text to today's version. Comments and all else stay as they are written.
pub fn upgraded(file: &str, text: &str) -> Result<Upgraded, StageFault> {
    let fault = |key: Option<&Key>, what: &str, remedy: &str| StageFault {
        file: file.to_owned(),
        place: key.and_then(|key| place_of(text, key.range.start)),
        what: what.to_owned(),
        remedy: remedy.to_owned(),
    };
    let not_yaml = |error: ScanError| StageFault {
        place: Some(Place {
            line: u64::try_from(error.marker().line()).unwrap_or(1),
            column: u64::try_from(error.marker().col() + 1).unwrap_or(1),
            excerpt: text.lines().nth(error.marker().line().saturating_sub(1)).unwrap_or_default().to_owned(),
        }),
        ..fault(None, &format!("not valid YAML: {}", error.info()), "correct the syntax")
    };
    let keys = keys(text).map_err(not_yaml)?;
    let Some(first) = keys.first() else {
        return Err(fault(None, "the file has no keys", "environments/dev.yaml shows how a stage is written"));
    };
    let written = keys.iter().find(|key| key.path == "version");
    let from = match written {
        None => 1,
        Some(key) => key.scalar(text).and_then(|version| version.parse().ok()).ok_or_else(|| {
            fault(Some(key), "the version is no number", &format!("write 'version: {VERSION}', or leave it out"))
        })?,
    };
    if from > VERSION {
        let what = format!("the file is of version {from}, and this is of version {VERSION}");
        return Err(fault(written, &what, "bring your checkout up to date: the file is made for a later one"));
    }
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut changes = Vec::new();
    let mut expected: Vec<_> = keys.iter().map(|key| key.path.clone()).collect();
    for renamed in RENAMED.iter().filter(|renamed| renamed.since > from) {
        let path = [renamed.path.strip_suffix(last(renamed.path)).unwrap_or_default(), renamed.now].concat();
        let Some(old) = keys.iter().find(|key| key.path == renamed.path) else { continue };
        if keys.iter().any(|key| key.path == path) {
            let what = format!("'{}' stands beside '{}', as it is called now", last(renamed.path), renamed.now);
            return Err(fault(Some(old), &what, "keep one of the two"));
        }
        edits.push((old.range.clone(), renamed.now.to_owned()));
        changes.push(format!("{} is called {} now", renamed.path, renamed.now));
        for known in &mut expected {
            let below = known.strip_prefix(renamed.path).filter(|rest| rest.is_empty() || rest.starts_with('.'));
            if let Some(below) = below {
                *known = format!("{path}{below}");
            }
        }
    }
    match written {
        Some(key) if from < VERSION => {
            edits.push((key.value.clone(), VERSION.to_string()));
            changes.push(format!("version {from} became {VERSION}"));
        }
        Some(_) => {}
        None => {
            edits.push((first.range.start..first.range.start, head(text, first)));
            changes.push(format!("version {VERSION} is named"));
            expected.insert(0, "version".to_owned());
        }
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut new = text.to_owned();
    for (range, with) in edits {
        new.replace_range(range, &with);
    }
    // Whoever writes YAML in a way that nobody thought of keeps it.
    let as_meant = keys::keys(&new).is_ok_and(|keys| keys.into_iter().map(|key| key.path).eq(expected));
    if !as_meant {
        let what = format!("the file is written in a way that cannot be changed safely: {}", changes.join(", "));
        return Err(fault(None, &what, "change that by hand"));
    }
    Ok(Upgraded { text: new, changes })
}

/// The key that goes before the first one: on a line of its own, unless the file is written in braces.
fn head(text: &str, first: &Key) -> String {
    let start = first.range.start;
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let indentation = text[line..start].trim_start_matches('\u{feff}');
    if !indentation.trim().is_empty() {
        return format!("version: {VERSION}, ");
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    format!("version: {VERSION}{end}{indentation}")
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn place_of(text: &str, offset: usize) -> Option<Place> {
    let before = text.get(..offset)?;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    Some(Place {
        line: u64::try_from(before.matches('\n').count() + 1).ok()?,
        column: u64::try_from(before[start..].chars().count() + 1).ok()?,
        excerpt: text[start..].lines().next().unwrap_or_default().to_owned(),
    })
}
