//! Lines that are listings, and lines that are none.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn cell(line: &str, column: &str) -> String {
    match Listing::parse(line.as_bytes()).unwrap() {
        Listing::Row(Row(row)) => row[place(column).unwrap()].clone().into_owned(),
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
    assert_eq!(COLUMNS.cells, 34 + 6 + 10);
    assert_eq!((place("id"), place("publishDate"), place("realEstate")), (Some(0), Some(1), None));
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
