//! A file with something wrong in it: its line and the reason are said, and nothing changes.

use warehouse::{Source, Target, Warehouse};

use crate::{
    bench::{Bench, load, load_of, run},
    files::{FLAT, Pieces, packed, sheet},
};

#[test]
fn what_is_wrong_is_named_with_its_line_and_nothing_changes() {
    let bench = Bench::new();
    let warehouse = bench.warehouse();
    let good = sheet(Target::Flats, &[FLAT]);
    load(&warehouse, &load_of(Target::Flats, 12, "good"), &good).unwrap();
    let before = bench.dump();
    let second = |name: &'static str, value: &'static str| {
        let mut listing: Vec<(&str, &str)> = FLAT.iter().filter(|(key, _)| *key != name).copied().collect();
        listing.push((name, value));
        sheet(Target::Flats, &[FLAT, &listing, FLAT])
    };
    // The description of each is of two lines, and a record is counted by its last one.
    let number = "line 5, column realEstate_baseRent: invalid input syntax for type numeric: \"1.250,50\"";
    let date = "line 5, column publishDate: invalid input syntax for type timestamp with time zone: \"gestern\"";
    let cases = [
        (second("realEstate_baseRent", "1.250,50"), number),
        (second("publishDate", "gestern"), date),
        (
            second("publishDate", "2017-02-31T00:00:00Z"),
            "line 5, column publishDate: date/time field value out of range",
        ),
        (
            second("realEstate_balcony", "vielleicht"),
            "line 5, column realEstate_balcony: invalid input syntax for type boolean",
        ),
        (second("id", ""), "line 5: null value in column \"id\""),
        (good.replace("publishDate,", ""), "line 1: the header lacks publishDate"),
        (good.replace("publishDate", "published"), "line 1: the header lacks publishDate"),
        (format!("{good}1,\n"), "line 4: missing data for column"),
        (format!("{good}{},\n", ",".repeat(33)), "line 4: extra data after last expected column"),
        (format!("{good}1,\"2\n"), "it ends within quotes"),
    ];
    for (number, (text, reason)) in cases.iter().enumerate() {
        let error = load(&warehouse, &load_of(Target::Flats, 13, &number.to_string()), text).unwrap_err();
        let said = error.to_string();
        assert!(said.contains(reason), "case {number}: {said}");
        assert!(error.is_the_files_fault(), "case {number}: {said}");
        assert!(!said.contains("Altbau"), "what people wrote stays out of the log: {said}");
        assert_eq!(bench.dump(), before, "case {number}");
    }
}

#[test]
fn a_large_file_that_goes_wrong_early_is_told_of() {
    let bench = Bench::new();
    let bad = [("id", "2"), ("realEstate_baseRent", "viel")];
    let mut rows: Vec<&[(&str, &str)]> = vec![&bad];
    rows.resize(200_000, FLAT);
    let error = load(&bench.warehouse(), &load_of(Target::Flats, 12, "v"), &sheet(Target::Flats, &rows)).unwrap_err();
    assert!(error.to_string().contains("line 2, column realEstate_baseRent"), "{error}");
}

/// Breaks off as a connection does.
struct Broken(Pieces);

impl Source for Broken {
    async fn next(&mut self) -> Result<Option<bytes::Bytes>, Box<dyn std::error::Error + Send + Sync>> {
        self.0.next().await?.map(Some).ok_or_else(|| "the connection broke".into())
    }
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_changes_nothing() {
    let bench = Bench::new();
    let one = load_of(Target::Flats, 12, "v");
    let file = packed(&sheet(Target::Flats, &[FLAT]));
    let error = run(bench.warehouse().load(&one, Broken(Pieces::of(&file, 100)))).unwrap_err();
    assert!(!error.is_the_files_fault());
    assert_eq!(bench.dump(), "");
    assert!(!run(bench.warehouse().load(&one, Pieces::of(&file, 100))).unwrap().before);
}
