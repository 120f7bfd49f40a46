//! What becomes of one file.

use runtime::{
    Counts,
    testing::{Upsets, told},
};
use serde_json::Value;

use crate::bench::bench;

const SOURCE: &str = "s3://in/sample/a b.jsonl";

/// The cleaned lines of one file, its quarantine, and what was counted.
fn clean(file: &[u8]) -> (Vec<String>, Vec<Value>, Counts) {
    let bench = bench(10, Upsets::default());
    bench.objects.place(SOURCE, file);
    let answer = bench.invoke(&[told(SOURCE)]);
    assert_eq!(answer.response.failed().count(), 0);
    let lines = |of: &str| -> Vec<String> {
        let files = bench.written().into_iter().filter(|(uri, _)| uri.starts_with(of));
        let text: String = files.map(|(_, body)| String::from_utf8(body).unwrap()).collect();
        text.lines().map(str::to_owned).collect()
    };
    let rejected = lines("s3://out/sample/rejected/year=2017/month=07/day=14/a_b.jsonl-");
    let rejected = rejected.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines("s3://out/sample/clean/year=2017/month=07/day=14/a_b.jsonl-"), rejected, answer.counts)
}

#[test]
fn a_file_is_cleaned_and_what_is_no_record_is_put_aside() {
    let long = format!("{{\"id\":\"long\",\"note\":\"{}\"}}", "x".repeat(1_000));
    let file = format!("{{\"id\":\" 1 \",\"gone\":null}}\nno record\n\n{long}\n{{\"id\":\"2\"}}");
    let (cleaned, rejected, counts) = clean(file.as_bytes());
    assert_eq!(cleaned, [r#"{"id":"1"}"#, r#"{"id":"2"}"#]);
    assert_eq!((counts.input, counts.out, counts.rejected, counts.bytes), (4, 2, 2, 22));
    assert_eq!((&rejected[0]["source"], &rejected[0]["line"]), (&SOURCE.into(), &2.into()));
    assert_eq!(rejected[1]["reason"], "too long for a record");
}

#[test]
fn a_file_of_several_parts_is_whole() {
    let lines: Vec<_> = (0..200).map(|number| format!("{{\"id\":\"{number:05}\"}}")).collect();
    assert_eq!(clean(lines.join("\n").as_bytes()).0, lines);
}

#[test]
fn an_empty_file_writes_nothing() {
    for file in [&b""[..], b"\n \n"] {
        assert_eq!(clean(file), (Vec::new(), Vec::new(), Counts::default()));
    }
}

#[test]
fn an_unreadable_file_fails_alone() {
    let bench = bench(10, Upsets::default());
    let uris = ["good", "cut.gz", "zip", "missing"].map(|name| format!("s3://in/sample/{name}"));
    bench.objects.place(&uris[0], b"{\"id\":\"1\"}");
    bench.objects.place(&uris[1], b"\x1f\x8b\x08\0");
    bench.objects.place(&uris[2], b"PK\x03\x04");
    let answer = bench.invoke(&uris.each_ref().map(|uri| told(uri)));
    assert_eq!(answer.response.failed().collect::<Vec<_>>(), ["message-1", "message-2", "message-3"]);
    assert_eq!((bench.written().len(), answer.counts.out, answer.counts.returned), (1, 1, 3));
}
