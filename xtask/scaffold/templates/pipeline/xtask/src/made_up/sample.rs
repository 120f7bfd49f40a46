//! Files of records for the sample pipeline.

use fastrand::Rng;
use serde_json::json;

use super::{File, Wanted, compressed, of_file};

/// One file.
pub(crate) fn file(wanted: Wanted, number: u32) -> File {
    let mut random = of_file(wanted.seed, number);
    let mut bytes = Vec::with_capacity(wanted.bytes + 256);
    while bytes.len() < wanted.bytes.max(1) {
        let line = record(&mut random);
        let line = if random.f64() < wanted.invalid { broken(&mut random, &line) } else { line };
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
    }
    let mut name = format!("seed {}/sample-{number:06}.jsonl", wanted.seed);
    let spoilt = random.f64() < wanted.unreadable;
    if spoilt || random.bool() {
        bytes = compressed(&bytes);
        name.push_str(".gz");
    }
    if spoilt {
        bytes.truncate(bytes.len() / 2);
    }
    File { name, bytes }
}

/// With something to clean now and then.
fn record(random: &mut Rng) -> String {
    let note = ["", "  as it should be ", "checked", "by hand"][random.usize(0..4)];
    let value = f64::from(random.i32(-400..400)) / 10.0;
    let second = random.u32(0..86_400);
    let time = format!("2026-01-01T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60);
    json!({ "id": format!("{:08x}", random.u32(..)), "time": time, "value": value, "note": note }).to_string()
}

fn broken(random: &mut Rng, line: &str) -> String {
    match random.u32(0..3) {
        0 => line[..line.floor_char_boundary(line.len() / 2)].to_owned(),
        1 => r#"{"time": "2026-01-01T00:00:00Z", "value": 1}"#.to_owned(),
        _ => "[]".to_owned(),
    }
}
