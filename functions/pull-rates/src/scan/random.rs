//! Scanners against parsers that hold the whole page, and pages cut anywhere.

use contract::rates::Format;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Bad, Found, Scan};

fn scan(format: Format, pieces: &[&[u8]]) -> Result<Found, Bad> {
    let mut scan = Scan::of(format);
    pieces.iter().try_for_each(|piece| scan.take(piece))?;
    scan.finish()
}

const FORMATS: [Format; 3] = [Format::Json, Format::Csv, Format::Xml];

/// Text that is nearly of a format.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u00e",
        "\\\"",
        "\"next\"",
        "\"prices\"",
        "\"a\"",
        "null",
        "tru",
        "-",
        "0",
        "1",
        "12.5",
        "e",
        "E+3",
        ".",
        " ",
        "\n",
        "<prices",
        "<price",
        "</price>",
        "</prices>",
        ">",
        "/>",
        " next='/x'",
        "'",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "&amp;",
        "&",
        "é",
        "orig_code,dest_code,day,price",
    ]);
    let any = prop::collection::vec(any::<u8>(), 0..3);
    prop::collection::vec(prop_oneof![20 => words.prop_map(|word| word.as_bytes().to_vec()), 1 => any], 0..40)
        .prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("next|prices|[a-z\"\\\\]{0,3}", inner, 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Wherever the network cuts it, it is the same page.
    #[test]
    fn pieces_do_not_matter(page in nearly(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(page.len() + 1)).collect();
        at.extend([0, page.len()]);
        at.sort_unstable();
        let pieces: Vec<&[u8]> = at.windows(2).map(|window| &page[window[0]..window[1]]).collect();
        for format in FORMATS {
            prop_assert_eq!(scan(format, &pieces), scan(format, &[&page]));
        }
    }

    /// What is no JSON is no page, and a page is JSON.
    #[test]
    fn json_is_what_the_parser_takes(page in nearly()) {
        if scan(Format::Json, &[&page]).is_ok() {
            prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&page).is_ok(), "{}", page.escape_ascii());
        }
    }

    #[test]
    fn a_list_of_anything_is_a_page(rows in prop::collection::vec(value(), 0..5), pretty: bool) {
        let page = Value::from(rows.clone());
        let text = if pretty { serde_json::to_string_pretty(&page).unwrap() } else { page.to_string() };
        prop_assert_eq!(scan(Format::Json, &[text.as_bytes()]), Ok(Found { next: None, rows: rows.len() as u64 }));
    }

    #[test]
    fn a_next_page_is_found_among_anything(rows in prop::collection::vec(value(), 0..5), other in value(), next: String) {
        let text = json!({ "a": other, "prices": rows, "next": next, "b": [1] }).to_string();
        let next = Some(next).filter(|next| !next.trim().is_empty());
        prop_assert_eq!(scan(Format::Json, &[text.as_bytes()]), Ok(Found { next, rows: rows.len() as u64 }));
    }

    /// All that is missing is noticed, but for whitespace at the end.
    #[test]
    fn no_part_of_a_page_is_a_page(rows in prop::collection::vec(value(), 0..5), next in "/[a-z]{0,8}", cut: prop::sample::Index) {
        let json = json!({ "prices": rows, "next": next }).to_string();
        prop_assert!(scan(Format::Json, &[&json.as_bytes()[..cut.index(json.len())]]).is_err());
        let row = "<price><day>1</day></price>".repeat(rows.len());
        let xml = format!("<?xml version=\"1.0\"?><prices next='{next}'><!-- a -->{row}</prices>");
        prop_assert!(scan(Format::Xml, &[&xml.as_bytes()[..cut.index(xml.len())]]).is_err());
        let whole = Found { next: Some(next), rows: rows.len() as u64 };
        prop_assert_eq!(scan(Format::Xml, &[xml.as_bytes()]), Ok(whole));
    }
}
