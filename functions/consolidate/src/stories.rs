//! What becomes of one catalogue.

use contract::consolidate::Choose;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use runtime::{
    Counts,
    testing::{Upsets, told},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, io::Write};

use crate::bench::{Bench, TABLE, offer};

const SOURCE: &str = "s3://in/accommodation/a b.jsonl";

/// Consolidates one file; gives its kept ids and names, its quarantine, and what was counted.
fn consolidate(file: &[u8], choose: Choose) -> (Vec<(String, String)>, Vec<Value>, Counts) {
    let bench = Bench::new(Upsets::default(), choose);
    bench.objects.place(SOURCE, file);
    let answer = bench.invoke(&[told(SOURCE)]);
    assert_eq!(answer.response.failed().count(), 0);
    assert_eq!(answer.counts.input, answer.counts.out + answer.counts.dropped + answer.counts.rejected);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = bench.lines("/accommodation/year=2017/month=07/day=14/a_b.jsonl-");
    let kept = lines
        .iter()
        .map(|line| (text(&line["accommodation_id"]), text(&line["accommodation_data"]["accommodation_name"])));
    (kept.collect(), bench.lines("/accommodation/rejected/year=2017/month=07/day=14/a_b.jsonl-"), answer.counts)
}

fn catalogue() -> Vec<String> {
    [("good", "1", "G1"), ("other", "2", "O2"), ("best", "1", "B1"), ("best", "1", "B1 later"), ("good", "3", "G3")]
        .map(|(partner, id, name)| offer(partner, id, name))
        .to_vec()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_form_of_a_catalogue_gives_the_same() {
    let offers = catalogue();
    let lines = offers.join("\n");
    let two = [gzip(offers[..2].join("\n").as_bytes()), gzip(format!("\n{}\n", offers[2..].join("\n")).as_bytes())];
    let array = format!("[{}]", offers.join(",\n"));
    let arrays: Vec<String> = offers.iter().map(|offer| format!("[{offer}]\r\n")).collect();
    let forms = [
        lines.clone().into_bytes(),
        array.clone().into_bytes(),
        arrays.concat().into_bytes(),
        gzip(lines.as_bytes()),
        gzip(array.as_bytes()),
        two.concat(),
    ];
    for form in forms {
        let (kept, rejected, counts) = consolidate(&form, Choose::PerAccommodation);
        let expected = [("1", "B1 later"), ("3", "G3")].map(|(id, name)| (id.to_owned(), name.to_owned()));
        assert_eq!((kept, rejected.len()), (expected.to_vec(), 0));
        assert_eq!((counts.input, counts.out, counts.dropped), (5, 2, 3));
    }
}

#[test]
fn a_stage_may_keep_one_offer_a_file() {
    let (kept, _, counts) = consolidate(catalogue().join("\n").as_bytes(), Choose::PerFile);
    assert_eq!(kept, [("1".to_owned(), "B1 later".to_owned())]);
    assert_eq!((counts.input, counts.out, counts.dropped), (5, 1, 4));
    let (kept, _, counts) = consolidate(offer("other", "1", "O").as_bytes(), Choose::PerFile);
    assert_eq!((kept.len(), counts.dropped), (0, 1));
}

#[test]
fn what_is_no_offer_is_quarantined_and_the_rest_goes_on() {
    let file =
        format!("{}\nno offer\n{{\"partner_name\":\"best\"}}\n\n{}", offer("best", "1", "B"), offer("good", "2", "G"));
    let (kept, rejected, counts) = consolidate(file.as_bytes(), Choose::PerAccommodation);
    assert_eq!(kept.len(), 2);
    assert_eq!((counts.input, counts.out, counts.rejected), (4, 2, 2));
    assert_eq!(rejected[0]["source"], SOURCE);
    assert_eq!((&rejected[0]["line"], &rejected[0]["record"]), (&json!(2), &json!("no offer")));
    assert_eq!((&rejected[1]["line"], &rejected[1]["reason"]), (&json!(3), &json!("accommodation_id is missing")));
}

#[test]
fn an_empty_file_writes_nothing() {
    for file in [&b""[..], b"\n", b"[]", &gzip(b"")] {
        let (kept, rejected, counts) = consolidate(file, Choose::PerAccommodation);
        assert_eq!((kept.len(), rejected.len(), counts), (0, 0, Counts::default()));
    }
}

#[test]
fn output_rolls_over_by_size_and_stands_in_order() {
    let offers: Vec<String> = (10..40).rev().map(|id| offer("best", &id.to_string(), "Name")).collect();
    let bench = Bench::new(Upsets::default(), Choose::PerAccommodation);
    bench.objects.place(SOURCE, offers.join("\n").as_bytes());
    bench.invoke(&[told(SOURCE)]);
    let files = bench.written();
    assert!(files.len() > 5 && files.values().all(|body| body.len() <= 150 && body.ends_with(b"\n")));
    let ids: Vec<u64> = bench
        .lines("s3://out")
        .iter()
        .map(|line| line["accommodation_id"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(ids, (10..40).collect::<Vec<_>>());
}

#[test]
fn an_unreadable_file_fails_alone() {
    let bench = Bench::new(Upsets::default(), Choose::PerAccommodation);
    let uris =
        ["good", "cut.gz", "zip", "missing", "utf-16", "good too"].map(|name| format!("s3://in/accommodation/{name}"));
    bench.objects.place(&uris[0], offer("best", "1", "B").as_bytes());
    bench.objects.place(&uris[1], &gzip(offer("best", "1", "B").as_bytes())[..30]);
    bench.objects.place(&uris[2], b"PK\x03\x04");
    bench.objects.place(&uris[4], b"\xff\xfe{\0}\0");
    bench.objects.place(&uris[5], offer("best", "2", "B").as_bytes());
    let mut tolds = uris.each_ref().map(|uri| told(uri)).to_vec();
    tolds.push(told("s3://elsewhere/accommodation/a"));
    let answer = bench.invoke(&tolds);
    let failed: Vec<&str> = answer.response.failed().collect();
    assert_eq!(failed, ["message-1", "message-2", "message-3", "message-4", "message-6"]);
    assert_eq!((bench.written().len(), answer.counts.out, answer.counts.returned), (2, 2, 5));
}

#[test]
fn without_a_list_nothing_is_consolidated() {
    let bench = Bench::new(Upsets::default(), Choose::PerAccommodation);
    bench.objects.place(SOURCE, offer("best", "1", "B").as_bytes());
    bench.items.remove_all();
    let answer = bench.invoke(&[told(SOURCE)]);
    assert_eq!(answer.response.failed().collect::<Vec<_>>(), ["message-0"]);
    assert!(bench.written().is_empty());
    let watch = runtime::testing::Watch::default();
    let table = contract::Handle::named(TABLE);
    let error = runtime::testing::run(crate::partners::Partners::load(&table, &bench.items, &watch)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the table millrace-dev-priorities has nothing in item contentType=PriorityList: \
         put it there with `cargo xtask seed accommodation --file <priorities.json>`"
    );
}

proptest! {
    /// Against what one would write if memory did not matter.
    #[test]
    fn it_keeps_what_a_map_would(offers in prop::collection::vec((0..3_usize, 0..12_u32, 0..9_u32), 0..80)) {
        let partners = ["good", "best", "other"];
        let file: Vec<String> = offers
            .iter()
            .map(|(partner, id, name)| offer(partners[*partner], &id.to_string(), &name.to_string()))
            .collect();
        let mut map: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for (partner, id, name) in &offers {
            let there = map.get(&id.to_string()).map(|(partner, _)| *partner);
            if *partner < 2 && there.is_none_or(|there| there <= *partner) {
                map.insert(id.to_string(), (*partner, name.to_string()));
            }
        }
        let expected: Vec<_> = map.into_iter().map(|(id, (_, name))| (id, name)).collect();
        let (kept, _, counts) = consolidate(file.join("\n").as_bytes(), Choose::PerAccommodation);
        prop_assert_eq!(kept, expected);
        prop_assert_eq!(counts.input, offers.len());
    }

    #[test]
    fn any_bytes_are_answered(file: Vec<u8>) {
        let bench = Bench::new(Upsets::default(), Choose::PerAccommodation);
        bench.objects.place(SOURCE, &file);
        bench.invoke(&[told(SOURCE)]);
    }
}
