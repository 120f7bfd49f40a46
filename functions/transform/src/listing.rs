//! One listing: a line of JSON, and the cells that come of it.

use contract::flats::{ID, SHEETS};
use memchr::memchr;
use serde::{
    Deserialize,
    de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt, sync::LazyLock};

/// The columns of all sheets, and where each has its cell. The id is one cell for all of them.
struct Columns {
    /// By the length of the name, since that tells most names apart and costs nothing to ask.
    by_length: Vec<Vec<(&'static str, usize)>>,
    cells: usize,
}

static COLUMNS: LazyLock<Columns> = LazyLock::new(|| {
    let mut columns = Columns { by_length: Vec::new(), cells: 0 };
    for column in SHEETS.iter().flat_map(|sheet| sheet.columns) {
        let length = column.len();
        columns.by_length.resize(columns.by_length.len().max(length + 1), Vec::new());
        if !columns.by_length[length].iter().any(|(known, _)| known == column) {
            columns.by_length[length].push((column, columns.cells));
            columns.cells += 1;
        }
    }
    columns
});

/// The place of a column's cell, none for a key of no column.
pub(crate) fn place(column: &str) -> Option<usize> {
    let names = COLUMNS.by_length.get(column.len())?;
    names.iter().find(|(name, _)| *name == column).map(|(_, cell)| *cell)
}

/// What is in the cells, by their [`place`]s.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row<'a>(pub(crate) Vec<Cow<'a, str>>);

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Listing<'a> {
    Row(Row<'a>),
    /// The source itself says that it is none.
    NotOk,
}

#[derive(Deserialize)]
struct Line<'a> {
    ok: Option<bool>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// A line as almost all are: `ok` is true. Its data are read in the same pass.
#[derive(Deserialize)]
struct Usual<'a> {
    #[serde(rename = "ok")]
    _ok: True,
    #[serde(borrow)]
    data: Cells<'a>,
}

/// Nothing but true.
struct True;

impl<'a> Listing<'a> {
    /// Or why it is none.
    pub(crate) fn parse(line: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(line).map_err(|e| format!("not UTF-8: wrong byte at {}", e.valid_up_to()))?;
        // An array would be read as the fields in their order.
        let usual = text.starts_with('{').then(|| serde_json::from_str::<Usual<'_>>(text));
        match usual {
            Some(Ok(Usual { data, .. })) => data.into_listing(),
            _ => Self::parse_slowly(text),
        }
    }

    /// The same of any line, with the reason if it is no listing.
    fn parse_slowly(text: &'a str) -> Result<Self, String> {
        if !text.starts_with('{') {
            let json = serde_json::from_str::<IgnoredAny>(text);
            return Err(json.map_or_else(|error| format!("not JSON: {error}"), |_| "not a JSON object".to_owned()));
        }
        let line: Line<'_> = serde_json::from_str(text).map_err(|error| reason(&error))?;
        match (line.ok, line.data) {
            (Some(false), _) => Ok(Self::NotOk),
            (None, _) => Err("ok is missing".to_owned()),
            (Some(true), None) => Err("data is missing".to_owned()),
            (Some(true), Some(data)) => {
                let cells: Cells<'_> =
                    serde_json::from_str(data.get()).map_err(|error| format!("data: {}", reason(&error)))?;
                cells.into_listing()
            }
        }
    }
}

fn reason(error: &serde_json::Error) -> String {
    if error.is_data() { format!("not a listing: {error}") } else { format!("not JSON: {error}") }
}

impl<'de> Deserialize<'de> for True {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if bool::deserialize(from)? { Ok(Self) } else { Err(D::Error::custom("not ok")) }
    }
}

/// The cells of a listing's data, of which most keys are of no column.
struct Cells<'a>(Vec<Cow<'a, str>>);

impl<'a> Cells<'a> {
    fn into_listing(self) -> Result<Listing<'a>, String> {
        let id = place(ID).and_then(|id| self.0.get(id));
        if id.is_none_or(|id| id.is_empty()) {
            Err("data.id is missing".to_owned())
        } else {
            Ok(Listing::Row(Row(self.0)))
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Cells<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(CellsVisitor)
    }
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct CellsVisitor;

impl<'de> Visitor<'de> for CellsVisitor {
    type Value = Cells<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Cells<'de>, A::Error> {
        let mut cells = vec![None; COLUMNS.cells];
        while let Some(Key(key)) = entries.next_key()? {
            let Some(place) = place(&key) else {
                entries.next_value::<IgnoredAny>()?;
                continue;
            };
            if cells[place].replace(text(entries.next_value()?).map_err(A::Error::custom)?).is_some() {
                return Err(A::Error::custom(format_args!("key '{key}' is there twice")));
            }
        }
        Ok(Cells(cells.into_iter().map(Option::unwrap_or_default).collect()))
    }
}

/// A number stays as it was written: 1299.00 is not 1299.0.
fn text(value: &RawValue) -> Result<Cow<'_, str>, serde_json::Error> {
    let value = value.get();
    match value.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        // It is known to be a text of JSON: without escapes it is what it says.
        Some(text) if memchr(b'\\', text.as_bytes()).is_none() => Ok(Cow::Borrowed(text)),
        Some(_) => serde_json::from_str(value).map(|Key(text)| text),
        None if value == "null" => Ok(Cow::Borrowed("")),
        None => Ok(Cow::Borrowed(value)),
    }
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
