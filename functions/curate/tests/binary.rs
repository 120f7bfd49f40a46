//! The binary itself, as Lambda runs it, with S3 played by the test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use runtime::testing::{Invoked, Request, end_of, invoke};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_curate");
const VARIABLES: [(&str, &str); 3] =
    [("RAW", "s3://raw/rates/"), ("CURATED", "s3://curated/rates/"), ("MEMORY_MB", "512")];
const PAGE: &str = "orig_code,dest_code,day,price\nDEHAM,CNSHA,2026-11-21,1200\n";
/// Of the page.
const SHA256: &str = "ccfb2efd3197dc203a30b978eb827023c785a615f8fb47a06f3bbe456b13e937";

fn batch() -> Value {
    json!({ "run": "a1-b2", "started": "2026-11-21T02:00:07Z" })
}

fn aws(request: &Request, _calls: usize) -> (u16, String) {
    let path = request.path.as_str();
    if request.method != "GET" {
        return (200, String::new());
    }
    if path.ends_with("/manifest.json") {
        let page = json!({ "name": "page-00000.csv", "bytes": PAGE.len(), "sha256": SHA256, "etag": null, "last_modified": null });
        let manifest = json!({
            "batch": batch(), "source": "https://rates.example.com/", "format": "csv", "pages": [page], "bytes": PAGE.len(),
            "unchanged": false,
        });
        return (200, manifest.to_string());
    }
    if path.ends_with("/page-00000.csv") {
        return (200, PAGE.to_owned());
    }
    if path.contains("list-type=2") {
        let key = "rates/data/pulled=2026-11-21/020007-a1-b2/prices/part-00000.parquet";
        let time = "2026-11-21T02:00:09.000Z";
        return (
            200,
            format!(
                "<ListBucketResult><Name>curated</Name><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated><Contents>\
                 <Key>{key}</Key><LastModified>{time}</LastModified><ETag>x</ETag><Size>9</Size></Contents></ListBucketResult>"
            ),
        );
    }
    (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned())
}

fn run(ask: &str) -> Invoked {
    invoke(BINARY, &VARIABLES, &json!({ "batch": batch(), "ask": ask }), aws).unwrap()
}

#[test]
fn wrong_variables_are_named_before_any_event() {
    let words = |variables: &[(&str, &str)]| String::from_utf8(end_of(BINARY, variables).unwrap().stdout).unwrap();
    assert!(words(&[]).contains("missing field `RAW`"));
    assert!(words(&VARIABLES[..2]).contains("missing field `MEMORY_MB`"));
    let with = |name: &str, value: &'static str| VARIABLES.map(|(n, v)| (n, if n == name { value } else { v }));
    assert!(words(&with("MEMORY_MB", "much")).contains("'much' is not a whole number"));
    assert!(words(&with("CURATED", "s3://out")).contains("'s3://out' is not a folder"));
}

#[test]
fn a_batch_is_weighed() {
    let told = run("weigh").answer;
    let words = format!("{} bytes in 1 pages were pulled", PAGE.len());
    assert_eq!(told, json!({ "outcome": null, "bytes": PAGE.len(), "told": words }));
}

#[test]
fn a_batch_is_curated_in_the_order_in_which_it_may_be_cut_off() {
    let invoked = run("curate");
    assert_eq!(invoked.answer["outcome"], "curated", "{}", invoked.stdout);
    let written: Vec<&str> = invoked
        .requests
        .iter()
        .filter(|request| request.method == "PUT")
        .map(|request| request.path.as_str())
        .collect();
    let [part, verdict, visible, seen] = written[..] else { panic!("{written:?}") };
    assert!(
        part.starts_with("/curated/rates/data/pulled%3D2026-11-21/020007-a1-b2/prices/part-00000.parquet"),
        "{part}"
    );
    assert_eq!(verdict, "/curated/rates/verdicts/a1-b2.json");
    assert_eq!(visible, "/curated/rates/visible/pulled%3D2026-11-21/020007-a1-b2");
    assert!(seen.starts_with("/curated/rates/seen/"), "{seen}");
    let body = &invoked.requests.iter().find(|request| request.path == visible).unwrap().body;
    assert_eq!(body, "s3://curated/rates/data/pulled=2026-11-21/020007-a1-b2/prices/part-00000.parquet\n");
}
