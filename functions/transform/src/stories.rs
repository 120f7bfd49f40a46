//! What becomes of one object.

use contract::flats::{ADDRESS, AGENCY, FLATS};
use proptest::prelude::*;
use runtime::{
    Counts,
    testing::{Upsets, told},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::bench::{Bench, gzip, listing, zip};

const SOURCE: &str = "s3://in/flats/berlin.zip";

fn transform(object: &[u8]) -> (Bench, Counts, usize) {
    let bench = Bench::new(Upsets::default());
    bench.objects.place(SOURCE, object);
    let answer = bench.invoke(&[told(SOURCE)]);
    let (counts, failed) = (answer.counts, answer.response.failed().count());
    assert_eq!(counts.input, counts.out + counts.dropped + counts.rejected);
    assert_eq!(bench.objects.unfinished(), 0);
    (bench, counts, failed)
}

fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn rejected(bench: &Bench) -> Vec<Value> {
    let files = bench.written().into_iter().filter(|(uri, _)| uri.contains("/rejected/2017-07-14/23/berlin.zip-"));
    let text: String = files.map(|(_, body)| String::from_utf8(body).unwrap()).collect();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn however_it_is_packed_the_files_are_the_same() {
    let (one, two) = (listing(1, "a, \"b\"\nc"), listing(2, ""));
    let lines = format!("{one}\n{{\"ok\":false}}\n\n{two}\n");
    let members = [("x/", &b""[..]), ("x/1.jsonl", one.as_bytes()), ("2", b""), ("__MACOSX/._1", b"\0")];
    let last = format!("{{\"ok\":false}}\r\n{two}");
    let zipped = zip(&[&members[..], &[("3.jsonl", last.as_bytes())]].concat());
    let mut seen = Vec::new();
    for object in [lines.clone().into_bytes(), gzip(lines.as_bytes()), zipped] {
        let (bench, counts, failed) = transform(&object);
        assert_eq!((failed, counts.input, counts.out, counts.dropped, counts.rejected), (0, 3, 2, 1, 0));
        seen.push(bench.written());
        assert_eq!(seen[0], bench.written());
        let uris: Vec<String> = bench.written().into_keys().collect();
        assert!(uris[0].starts_with("s3://out/flats/clean/2017-07-14/23/berlin.zip-"), "{uris:?}");
        let files: Vec<&str> = uris.iter().filter_map(|uri| uri.rsplit('/').next()).collect();
        assert_eq!(files, ["address.csv.gz", "agency.csv.gz", "flats.csv.gz"]);
        let flats = bench.csv("/flats.csv.gz");
        assert!(flats.starts_with(&format!("{}\r\n1,,", FLATS.join(","))), "{flats}");
        assert_eq!(rows(&flats)[0]["realEstate_descriptionNote"], "a, \"b\"\nc");
        assert_eq!(rows(&flats)[1]["id"], "2");
        assert_eq!(
            bench.csv("/address.csv.gz"),
            format!("{}\r\n1,Berlin,,,,,\r\n2,Berlin,,,,,\r\n", ADDRESS.join(","))
        );
        assert!(
            bench.csv("/agency.csv.gz").starts_with(&format!("{}\r\n1,,nobody@example.com,,Muster,", AGENCY.join(",")))
        );
    }
}

#[test]
fn compressed_files_carry_no_time() {
    let (bench, ..) = transform(listing(1, "").as_bytes());
    assert!(bench.written().values().all(|body| body[..4] == [0x1f, 0x8b, 8, 0] && body[4..8] == [0; 4]));
}

#[test]
fn what_is_no_listing_is_quarantined() {
    let lines = format!("{}\nno listing\n{}", listing(1, ""), r#"{"ok":true,"data":{}}"#);
    let (bench, counts, failed) = transform(&zip(&[("a.jsonl", lines.as_bytes())]));
    assert_eq!((failed, counts.out, counts.rejected), (0, 1, 2));
    let rejected = rejected(&bench);
    assert_eq!(rejected[0]["source"], "s3://in/flats/berlin.zip!a.jsonl");
    assert_eq!((&rejected[0]["line"], &rejected[0]["record"]), (&json!(2), &json!("no listing")));
    assert_eq!((&rejected[1]["line"], &rejected[1]["reason"]), (&json!(3), &json!("data.id is missing")));
}

#[test]
fn an_empty_batch_writes_nothing() {
    for object in [b"".to_vec(), b"\n".to_vec(), b"{\"ok\":false}".to_vec(), gzip(b""), zip(&[]), zip(&[("a", b"")])] {
        let (bench, _, failed) = transform(&object);
        assert_eq!((failed, bench.written().len()), (0, 0));
    }
}

#[test]
fn what_cannot_be_read_fails_and_shows_nothing() {
    let line = listing(1, "");
    let whole = zip(&[("a.jsonl", line.as_bytes()), ("b.jsonl", line.repeat(9).as_bytes())]);
    let mut broken = whole.clone();
    broken[60] ^= 0xff;
    let nested = zip(&[("a.jsonl", line.as_bytes()), ("b.zip", &whole)]);
    let gzip_in_zip = zip(&[("b.gz", &gzip(line.as_bytes()))]);
    let bomb = zip(&[("a.jsonl", &vec![b'\n'; 70 * 1_024 * 1_024])]);
    assert!(bomb.len() < 100_000);
    for object in [&whole[..whole.len() - 30], &broken, &nested, &gzip_in_zip, &bomb, &gzip(&whole), b"BZh9"] {
        let (bench, _, failed) = transform(object);
        assert_eq!((failed, bench.written().len()), (1, 0));
    }
}

/// As `zip -e` writes it: only the flag counts.
#[test]
fn an_encrypted_member_is_refused() {
    let mut archive = zip(&[("a.jsonl", listing(1, "").as_bytes())]);
    archive[6] |= 1;
    let central = archive.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    archive[central + 8] |= 1;
    let mut spool = crate::archive::Spool::new().unwrap();
    spool.write(&archive).unwrap();
    let error = spool.open().unwrap().member(0).err().unwrap();
    assert!(error.to_string().starts_with("member 'a.jsonl' of the zip archive is encrypted"), "{error}");
    assert_eq!(transform(&archive).2, 1);
}

proptest! {
    #[test]
    fn any_bytes_are_answered(object: Vec<u8>, flips in prop::collection::vec((any::<u16>(), any::<u8>()), 0..4)) {
        transform(&object);
        let mut archive = zip(&[("a.jsonl", listing(1, "").as_bytes())]);
        let length = archive.len();
        for (at, byte) in flips {
            archive[at as usize % length] = byte;
        }
        transform(&archive);
    }

    #[test]
    fn any_note_reads_back(note: String) {
        let (bench, ..) = transform(listing(1, &note).as_bytes());
        prop_assert_eq!(&rows(&bench.csv("/flats.csv.gz"))[0]["realEstate_descriptionNote"], &note);
    }
}
