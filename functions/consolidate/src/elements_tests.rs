//! Catalogues in every form that is accepted, whole and broken.

use proptest::prelude::*;

use super::*;

type Taken = Vec<(u64, String, Option<u64>)>;

fn cut(file: &[u8], steps: usize) -> Taken {
    let mut taken = Vec::new();
    let mut take = |line: Line<'_>| {
        taken.push((line.number, String::from_utf8_lossy(line.bytes).into_owned(), line.cut_from));
    };
    let mut elements = Elements::default();
    file.chunks(steps).for_each(|step| elements.push(step, &mut take));
    elements.finish(&mut take);
    taken
}

/// However the bytes arrive, the records are these, with the lines on which they begin.
#[track_caller]
fn same(file: &str, expected: &[(u64, &str)]) {
    for steps in [1, 2, 3, 7, 1_000] {
        let taken: Vec<_> = cut(file.as_bytes(), steps).into_iter().map(|(number, text, _)| (number, text)).collect();
        let expected: Vec<_> = expected.iter().map(|(number, text)| (*number, (*text).to_owned())).collect();
        assert_eq!(taken, expected, "in steps of {steps}");
    }
}

const A: &str = r#"{"a":"x,]}\"[{"}"#;
const B: &str = r#"{"b":[1,{"c":"\\"}]}"#;

#[test]
fn a_record_a_line() {
    same(&format!("{A}\n\n  {B}\r\n{A}"), &[(1, A), (3, B), (4, A)]);
    same("", &[]);
    same(" \n \n", &[]);
    same(&format!("\u{feff}{A}\n"), &[(1, A)]);
}

#[test]
fn one_array_for_the_file() {
    same(&format!("[{A},{B}]"), &[(1, A), (1, B)]);
    same(&format!("\u{feff}[\n {A},\n {B}\n]\n"), &[(2, A), (3, B)]);
    same("[]", &[]);
    same("[\n{\n\"a\": [\n1\n]\n}\n,\n2]", &[(2, "{\n\"a\": [\n1\n]\n}"), (8, "2")]);
}

#[test]
fn one_array_a_line() {
    same(&format!("[{A},{B}]\n[]\n[ {B} ]\n{A}\n"), &[(1, A), (1, B), (3, B), (4, A)]);
}

#[test]
fn a_broken_line_costs_that_line() {
    same(&format!("{A}\n{{\"b\": \n{B}\n"), &[(1, A), (2, "{\"b\":"), (3, B)]);
    same(&format!("[{A}]\n[{{\"b\":\n[{B}]\n[{A}]\n"), &[(1, A), (2, "{\"b\":"), (3, B), (4, A)]);
    same(&format!("[broken\n{A}\n{B}\n"), &[(1, "broken"), (2, A), (3, B)]);
    same(&format!("[{A},\"broken\n[{B}]"), &[(1, A), (1, "\"broken"), (2, B)]);
}

#[test]
fn a_broken_record_of_an_array_costs_that_record() {
    same(&format!("[\n{A},\n{{\"b\": \"x\n{A},\n{B}\n]\n"), &[(2, A), (3, "{\"b\": \"x"), (4, A), (5, B)]);
    same(&format!("[\n{{\"a\": }},\n{B}]"), &[(2, "{\"a\": }"), (3, B)]);
}

#[test]
fn an_array_without_an_end_is_what_it_has() {
    same(&format!("[{A},"), &[(1, A)]);
    same(&format!("[\n{A},\n{B},\n{{\"c\":\n1"), &[(2, A), (3, B), (4, "{\"c\":"), (5, "1")]);
}

#[test]
fn a_record_that_is_too_long_is_cut_and_its_neighbours_are_not() {
    let long = format!("{{\"x\":\"{}\"}}", "y".repeat(3 * RECORD_LIMIT));
    let lines = format!("{A}\n{long}\n{B}\n");
    let array = format!("[{A},{long},{B}]");
    let several = format!("[{A},\n{long},\n{B}]");
    for (file, last) in [(lines, 3), (array, 1), (several, 3)] {
        for steps in [1_000, RECORD_LIMIT, 10 * RECORD_LIMIT] {
            let taken = cut(file.as_bytes(), steps);
            assert_eq!((taken.len(), &taken[0].1, &taken[2].1), (3, &A.to_owned(), &B.to_owned()));
            assert_eq!((taken[1].1.len(), taken[1].2), (RECORD_KEPT, Some(long.len() as u64)));
            assert_eq!(taken[2].0, last);
        }
    }
}

#[test]
fn brackets_without_end_do_not_take_long() {
    let file = "[{\n".repeat(RECORD_LIMIT);
    let taken = cut(file.as_bytes(), 8_192);
    assert_eq!(taken.len(), RECORD_LIMIT);
}

proptest! {
    #[test]
    fn any_bytes_are_cut_the_same_however_they_arrive(file in "[\\[\\]{},\"\\\\\n a1]{0,60}", steps in 1_usize..9) {
        prop_assert_eq!(cut(file.as_bytes(), steps), cut(file.as_bytes(), 1_000));
    }

    #[test]
    fn nothing_but_punctuation_is_lost(file: Vec<u8>) {
        let kept: usize = cut(&file, 5).iter().map(|(_, text, _)| text.len()).sum();
        let there = file.iter().filter(|byte| !b"[],\n\r\t \xef\xbb\xbf\x0c".contains(byte)).count();
        prop_assert!(kept >= there);
    }

    #[test]
    fn values_are_found_in_every_form(values in prop::collection::vec("[a-z\\[\\]{},\"\\\\]{0,9}", 0..9), steps in 1_usize..9) {
        let values: Vec<String> =
            values.iter().map(|value| serde_json::json!({ "v": value, "w": [value, {}] }).to_string()).collect();
        for file in [
            values.join("\n"),
            format!("[{}]", values.join(",")),
            format!("[\n{}\n]\n", values.join(",\n")),
            format!("[{}]\n", values.join("]\n["))
        ] {
            let taken: Vec<String> = cut(file.as_bytes(), steps).into_iter().map(|(_, text, _)| text).collect();
            prop_assert_eq!(&taken, &values);
        }
    }
}
