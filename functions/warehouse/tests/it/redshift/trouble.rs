//! When something fails.

use warehouse::Target;

use super::fake::{End, Shared, Upset, load, state};
use crate::files::{FLAT, sheet};

fn said(state: &Shared) -> (String, bool) {
    let error = load(state, &sheet(Target::Flats, &[FLAT])).unwrap_err();
    (runtime::chain(&error), error.is_the_files_fault())
}

#[test]
fn a_bad_file_is_told_of_with_line_column_and_reason() {
    let copy =
        "ERROR: Load into table 'flats_staging' failed.  Check 'sys_load_error_detail' system table for details.";
    let why = "Invalid digit, Value 'v', Pos 0, Type: Decimal";
    let state = state(&[End::Rows(None), End::Fails("COPY", copy), End::Detail(3, "realestate_baserent", why)]);
    let (said, of_the_file) = said(&state);
    assert!(said.contains(&format!("line 3, column realEstate_baseRent: {why}")), "{said}");
    assert!(of_the_file);
    let state = state.lock().unwrap();
    let ask = &state.batches[2].sqls()[0];
    assert!(ask.contains("WHERE file_name = 's3://curated/flats/clean/2017-07-14/16/batch/flats.csv.gz'"), "{ask}");
}

#[test]
fn where_the_details_cannot_be_read_it_says_where_they_are() {
    let copy = "ERROR: Load into table 'flats_staging' failed.  Check 'stl_load_errors' system table for details.";
    let state = state(&[End::Rows(None), End::Fails("COPY", copy), End::Fails("SELECT", "permission denied")]);
    let (said, of_the_file) = said(&state);
    assert!(said.contains("line and column are in sys_load_error_detail"), "{said}");
    assert!(of_the_file);
}

#[test]
fn the_statement_that_failed_is_named_with_the_remedy() {
    let cases = [
        (
            "CREATE SCHEMA",
            "permission denied for database warehouse",
            "creating the tables",
            "let the function's database user",
        ),
        (
            "COPY",
            "S3ServiceException:Access Denied,Status 403",
            "copying the file",
            "let the role of COPY read the files",
        ),
        ("SELECT 1 /", "ERROR: Divide by zero", "not every listing", "another program writes to these tables"),
        ("INSERT", "ERROR: 1023 Serializable isolation violation on table", "merging the listings", ""),
        ("LOCK", "relation does not exist", "waiting for other loads", "another shape"),
    ];
    for (statement, words, step, remedy) in cases {
        let failing = End::Fails(statement, words);
        let state = if statement == "CREATE SCHEMA" { state(&[failing]) } else { state(&[End::Rows(None), failing]) };
        let (said, of_the_file) = said(&state);
        assert!(said.contains(step) && said.contains(remedy), "{said}");
        assert!(!of_the_file, "{said}");
    }
}

#[test]
fn what_never_ends_is_cancelled() {
    let state = state(&[End::Rows(None), End::Never]);
    let (said, _) = said(&state);
    assert!(said.contains("it was not done after 60 s, and was told to stop"), "{said}");
    assert_eq!(state.lock().unwrap().cancelled, ["1"]);
}

#[test]
fn what_is_not_allowed_is_asked_once_and_what_is_throttled_not_for_ever() {
    let denied = state(&[]);
    denied.lock().unwrap().begin.extend([Upset::Denied]);
    assert!(said(&denied).0.contains("the function's role does not allow it"));
    assert_eq!(denied.lock().unwrap().calls, 1);
    let throttled = state(&[]);
    throttled.lock().unwrap().begin.extend([Upset::Throttled; 20]);
    let said = said(&throttled).0;
    assert!(said.contains("it could not be asked to begin a batch") && said.contains("Throttling"), "{said}");
    assert_eq!(throttled.lock().unwrap().calls, 8);
}

#[test]
fn a_wrong_header_is_found_before_anything_is_asked() {
    let state = state(&[]);
    let swapped = sheet(Target::Flats, &[FLAT]).replacen("id,publishDate", "publishDate,id", 1);
    let error = load(&state, &swapped).unwrap_err().to_string();
    assert!(error.contains("line 1: column 1 is 'publishDate' where id is expected"), "{error}");
    assert_eq!(state.lock().unwrap().calls, 0);
}
