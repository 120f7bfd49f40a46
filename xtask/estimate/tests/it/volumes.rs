use estimate::Volumes;
use proptest::prelude::*;
use std::fs;

use super::root;

#[test]
fn the_file_that_ships_says_the_defaults() {
    let text = fs::read_to_string(root().join("environments/volumes/default.yaml")).unwrap();
    assert_eq!(Volumes::parse("default.yaml", &text), Ok(Volumes::default()));
}

/// After a wanted change: `cargo xtask schema`, or this test with `UPDATE_GOLDEN=1`.
#[test]
fn the_shipped_schema_is_the_one_that_the_types_give() {
    let file = root().join("environments/volumes.schema.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, Volumes::schema()).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), Volumes::schema(), "run: cargo xtask schema");
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_remedy() {
    let cases = [
        (
            "taxi:\n  events_per_secnd: 5\n",
            "v.yaml:2:3: unknown key 'events_per_secnd'",
            "did you mean 'events_per_second'",
        ),
        ("taxi:\n  events_per_second: -5\n", "v.yaml:2:22: -5 is out of range", "write a number from 0 to"),
        ("taxi:\n  rejected_percent: 101\n", "v.yaml:2:21: 101 is out of range", "from 0 to 100"),
        ("flats:\n  files_per_hour: many\n", "v.yaml:2:19: wrong type: a number is due here", "fix:"),
        ("kept_months: .inf\n", "v.yaml:1:14: inf is out of range", "fix:"),
        ("kept_months: .nan\n", "v.yaml:1:14: NaN is out of range", "fix:"),
        ("orders: 5\n", "v.yaml:1:9: wrong type", "fix:"),
        ("# nothing\n", "v.yaml: the file is empty", "environments/volumes/default.yaml"),
        ("trams: {}\n", "v.yaml:1:1: unknown key 'trams'", "taxi"),
    ];
    for (text, what, remedy) in cases {
        let told = Volumes::parse("v.yaml", text).unwrap_err().to_string();
        assert!(told.starts_with(what) && told.contains(remedy), "{text}: {told}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_and_the_rest_is_as_ever(events in 0.0..1e9_f64, rows in 0_u32..) {
        let text = format!("taxi: {{events_per_second: {events:?}}}\norders: {{rows_per_day: {rows}}}\n");
        let read = Volumes::parse("v.yaml", &text).unwrap();
        let mut expected = Volumes::default();
        expected.taxi.events_per_second = events;
        expected.orders.rows_per_day = f64::from(rows);
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn whatever_the_text_is_it_is_read_or_refused(text in ".{0,200}", value in "[-+.:0-9a-z\\[{}&*!|>'\" ]{0,30}") {
        let _ = Volumes::parse("v.yaml", &text);
        let _ = Volumes::parse("v.yaml", &format!("taxi:\n  events_per_second: {value}\n"));
    }
}
