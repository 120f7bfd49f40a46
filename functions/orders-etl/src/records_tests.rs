use super::*;
use proptest::prelude::*;

type Read = (Vec<(u64, Vec<String>)>, Option<Broken>);

/// All that is read of a file that comes in pieces of these sizes, again and again.
fn read(bytes: &[u8], sizes: &[usize]) -> Read {
    let (mut records, mut rows) = (Records::default(), Vec::new());
    let mut give = |record: Record<'_>| {
        rows.push((record.line, record.fields().map(str::to_owned).collect()));
        Ok(())
    };
    let (mut rest, mut sizes) = (bytes, sizes.iter().cycle());
    let mut read = Ok(());
    while read.is_ok() && !rest.is_empty() {
        let size = sizes.next().map_or(rest.len(), |size| rest.len().min(*size));
        let (piece, after) = rest.split_at(size);
        read = records.push(piece, &mut give);
        rest = after;
    }
    let read = read.and_then(|()| records.finish(&mut give));
    (rows, read.err())
}

fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
    let (rows, broken) = read(text.as_bytes(), &[]);
    assert_eq!(broken, None, "{text}");
    rows
}

fn broken(bytes: &[u8]) -> (u64, String) {
    let broken = read(bytes, &[]).1.expect("it is broken");
    (broken.line, broken.why)
}

fn row(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
    (line, fields.iter().map(|field| (*field).to_owned()).collect())
}

#[test]
fn lines_end_either_way_and_empty_ones_are_no_records() {
    let expected = [row(1, &["a", "b"]), row(3, &["1", ""]), row(4, &["", "2"])];
    assert_eq!(rows("a,b\n\n1,\n,2"), expected);
    assert_eq!(rows("a,b\r\n\r\n1,\r\n,2\r\n"), expected);
    assert_eq!(rows("\u{feff}a,b\n\n1 ,\n,\t2\r"), expected);
    assert_eq!(rows(""), []);
    assert_eq!(rows("\u{feff}"), []);
}

#[test]
fn quotes_hold_commas_quotes_and_lines_which_count() {
    let text = "\u{feff}\"a\" , \"b\"\n\"x, \"\"y\"\"\",\"one\r\ntwo\n\"\nlast,\"\"\n";
    assert_eq!(rows(text), [row(1, &["a", "b"]), row(2, &["x, \"y\"", "one\r\ntwo"]), row(5, &["last", ""])]);
}

#[test]
fn what_is_broken_is_said_with_the_line_that_its_record_begins_in() {
    assert_eq!(broken(b"a,b\n1,2\n3,\"4\n5,6\n"), (3, "it has a quote that is never closed".to_owned()));
    assert_eq!(broken(b"a,b\n1,2\"3\"\n"), (2, "it has a quote within a field that is not quoted".to_owned()));
    assert_eq!(broken(b"a,b\n\"1\"2,3\n"), (2, "it has text after a closing quote".to_owned()));
    assert_eq!(broken(b"a,b\r1,2\r"), (1, "it has a carriage return that ends no line".to_owned()));
    for other in [&b"a\n\xff,1\n"[..], b"a\n\xc3,\xa9\n", b"a\n1,\0\n"] {
        assert_eq!(broken(other), (2, "it has what is not UTF-8".to_owned()));
    }
    assert_eq!(broken(b"\xef\xbba"), (1, "it has what is not UTF-8".to_owned()));
    assert_eq!(broken(b"\xef"), (1, "it has what is not UTF-8".to_owned()));
    let long = [&b"a\n\""[..], &b"x\n".repeat(LONGEST)].concat();
    assert!(broken(&long).1.contains("more than a megabyte"));
}

fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}

proptest! {
    /// Bytes that are likely to mean something.
    #[test]
    fn any_bytes_in_any_pieces_are_read_the_same(
        bytes in prop::collection::vec(
            prop_oneof![4 => prop::sample::select(b"a1,\"\n\r \xef\xbb\xbf".to_vec()), 1 => any::<u8>()], 0..200),
        sizes in prop::collection::vec(1_usize..9, 1..4),
    ) {
        let whole = read(&bytes, &[]);
        prop_assert_eq!(&read(&bytes, &sizes), &whole);
        let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
        let places = whole.0.iter().map(|(line, _)| *line).chain(whole.1.iter().map(|broken| broken.line));
        prop_assert!(places.clone().is_sorted());
        prop_assert!(places.into_iter().all(|line| (1..=lines).contains(&line)));
    }

    #[test]
    fn what_is_written_is_read(table in prop::collection::vec(prop::collection::vec("[^\0]{0,6}", 2), 0..8)) {
        let lines: Vec<String> = table.iter().map(|row| [quoted(&row[0]), quoted(&row[1])].join(",")).collect();
        let text = lines.join("\r\n");
        let read: Vec<Vec<String>> = rows(&text).into_iter().map(|(_, fields)| fields).collect();
        let expected: Vec<Vec<String>> =
            table.iter().map(|row| row.iter().map(|field| field.trim().to_owned()).collect()).collect();
        prop_assert_eq!(read, expected);
    }
}
