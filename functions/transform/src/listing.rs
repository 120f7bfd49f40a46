//! One listing: a line of JSON, and the cells that come of it.

use contract::flats::{ID, SHEETS};
use serde::{
    Deserialize,
    de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, collections::HashMap, fmt, sync::LazyLock};

/// Where each column of all sheets has its cell. The id is one cell for all of them.
pub(crate) static CELLS: LazyLock<HashMap<&'static str, usize>> = LazyLock::new(|| {
    let mut cells = HashMap::new();
    for column in SHEETS.iter().flat_map(|sheet| sheet.columns) {
        let next = cells.len();
        cells.entry(*column).or_insert(next);
    }
    cells
});

/// What is in the cells, by their places in [`CELLS`].
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

impl<'a> Listing<'a> {
    /// Or why it is none.
    pub(crate) fn parse(line: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(line).map_err(|e| format!("not UTF-8: wrong byte at {}", e.valid_up_to()))?;
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
                let Cells(row) =
                    serde_json::from_str(data.get()).map_err(|error| format!("data: {}", reason(&error)))?;
                let id = CELLS.get(ID).and_then(|id| row.get(*id));
                if id.is_some_and(|id| id.is_empty()) {
                    Err("data.id is missing".to_owned())
                } else {
                    Ok(Self::Row(Row(row)))
                }
            }
        }
    }
}

fn reason(error: &serde_json::Error) -> String {
    if error.is_data() { format!("not a listing: {error}") } else { format!("not JSON: {error}") }
}

/// The cells of a listing's data, of which most keys are of no column.
struct Cells<'a>(Vec<Cow<'a, str>>);

impl<'de> Deserialize<'de> for Cells<'de> {
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
        let mut cells = vec![None; CELLS.len()];
        while let Some(Key(key)) = entries.next_key()? {
            let Some(place) = CELLS.get(&*key) else {
                entries.next_value::<IgnoredAny>()?;
                continue;
            };
            if cells[*place].replace(text(entries.next_value()?).map_err(A::Error::custom)?).is_some() {
                return Err(A::Error::custom(format_args!("key '{key}' is there twice")));
            }
        }
        Ok(Cells(cells.into_iter().map(Option::unwrap_or_default).collect()))
    }
}

/// A number stays as it was written: 1299.00 is not 1299.0.
fn text(value: &RawValue) -> Result<Cow<'_, str>, serde_json::Error> {
    let value = value.get();
    match value.as_bytes().first() {
        Some(b'"') => serde_json::from_str(value).map(|Key(text)| text),
        _ if value == "null" => Ok(Cow::Borrowed("")),
        _ => Ok(Cow::Borrowed(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn cell(line: &str, column: &str) -> String {
        match Listing::parse(line.as_bytes()).unwrap() {
            Listing::Row(Row(row)) => row[CELLS[column]].clone().into_owned(),
            Listing::NotOk => panic!("not ok"),
        }
    }

    fn why(line: &str) -> String {
        Listing::parse(line.as_bytes()).unwrap_err()
    }

    #[test]
    fn values_stay_as_they_were_written() {
        let line = r#"{"ok":true,"data":{"id":"56906504","publishDate":"2017-07-14T16:20:06.000+02:00","other":{"id":7},
            "realEstate_baseRent":1299.00,"realEstate_totalRent":1.5e3,"realEstate_balcony":"true",
            "realEstate_cellar":false,"realEstate_deposit":"3 Kaltmieten","realEstate_freeFrom":"01.07.17",
            "realEstate_floor":null,"realEstate_descriptionNote":"a\"b\u00fc\n"}}"#;
        for (column, expected) in [
            ("id", "56906504"),
            ("publishDate", "2017-07-14T16:20:06.000+02:00"),
            ("realEstate_baseRent", "1299.00"),
            ("realEstate_totalRent", "1.5e3"),
            ("realEstate_balcony", "true"),
            ("realEstate_cellar", "false"),
            ("realEstate_deposit", "3 Kaltmieten"),
            ("realEstate_freeFrom", "01.07.17"),
            ("realEstate_floor", ""),
            ("realEstate_lift", ""),
            ("realEstate_descriptionNote", "a\"bü\n"),
        ] {
            assert_eq!(cell(line, column), expected, "{column}");
        }
        assert_eq!(cell(r#"{"ok":true,"data":{"id":56906504}}"#, "id"), "56906504");
    }

    #[test]
    fn every_column_has_a_cell_and_the_id_has_one() {
        assert_eq!(CELLS.len(), 34 + 6 + 10);
    }

    #[test]
    fn what_is_not_ok_is_not_looked_at() {
        for line in [r#"{"ok":false}"#, r#"{"data":{"id":[]},"ok":false}"#, r#"{"ok":false,"data":null}"#] {
            assert_eq!(Listing::parse(line.as_bytes()), Ok(Listing::NotOk));
        }
    }

    #[test]
    fn what_is_no_listing_is_said() {
        assert!(why("listing").starts_with("not JSON: "));
        assert!(why("{").starts_with("not JSON: EOF"));
        assert_eq!(why("[true,{}]"), "not a JSON object");
        assert_eq!(why("{}"), "ok is missing");
        assert!(why(r#"{"ok":"yes"}"#).starts_with("not a listing: invalid type"));
        assert_eq!(why(r#"{"ok":true}"#), "data is missing");
        assert_eq!(why(r#"{"ok":true,"data":{}}"#), "data.id is missing");
        assert_eq!(why(r#"{"ok":true,"data":{"id":""}}"#), "data.id is missing");
        assert_eq!(why(r#"{"ok":true,"data":{"id":null}}"#), "data.id is missing");
        assert!(why(r#"{"ok":true,"data":[]}"#).starts_with("data: not a listing: invalid type: sequence"));
        assert!(why(r#"{"ok":true,"data":{"id":1,"id":2}}"#).contains("key 'id' is there twice"));
        assert_eq!(Listing::parse(b"\xff").unwrap_err(), "not UTF-8: wrong byte at 0");
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes: Vec<u8>) {
            let _ = Listing::parse(&bytes);
            let _ = Listing::parse(&[b"{\"ok\":true,\"data\":".to_vec(), bytes].concat());
        }

        #[test]
        fn any_text_comes_back(value: String) {
            prop_assume!(!value.is_empty());
            let line = json!({ "ok": true, "data": { "id": value, "realEstate_state": value } }).to_string();
            prop_assert_eq!(&cell(&line, "realEstate_state"), &value);
        }
    }
}
