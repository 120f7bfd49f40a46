//! What a record of a stream costs a function, small ones and large ones apart, so that a model of capacity can tell what is
//! for each record and what for each byte. `cargo xtask bench --only capacity` runs it.

use contract::KinesisEvent;
use serde_json::json;
use std::{env, error::Error, fs, time::Instant};

use super::{event, run};
use crate::Handler;

type BoxError = Box<dyn Error + Send + Sync>;

/// Where the result is written.
const REPORT: &str = "MILLRACE_PACE_REPORT";
/// What a batch of Lambda's default has.
const RECORDS: u64 = 1_000;
/// The best of these counts: whatever else the machine does only makes a batch slower.
const BATCHES: usize = 30;
/// Points of a small trip's route and of a large one's, of which each takes 22 bytes.
const POINTS: [usize; 2] = [2, 180];

/// A trip with a route of so many points.
fn trip(number: u64, points: usize) -> String {
    let route: Vec<String> =
        (0..points).map(|point| format!("[-8.61{:04},41.14{:04}]", point * 7, point * 3)).collect();
    let mut trip: serde_json::Value = serde_json::from_str(&super::trip(number)).unwrap_or_default();
    trip["POLYLINE"] = format!("[{}]", route.join(",")).into();
    trip.to_string()
}

/// Runs whole batches, from the bytes that Lambda hands over to what is written into memory, and writes down what the best of
/// each size took. `make` is called before each batch, and not measured.
pub fn stream_pace<H: Handler<KinesisEvent>>(make: impl Fn() -> Result<H, BoxError>) -> Result<(), BoxError> {
    let mut sizes = Vec::new();
    for points in POINTS {
        let records = || (1..=RECORDS).map(|number| (number, trip(number, points)));
        let (bytes, text) =
            (records().map(|(_, trip)| trip.len()).sum::<usize>(), serde_json::to_vec(&event(records()))?);
        let mut best = f64::INFINITY;
        for _ in 0..BATCHES {
            let function = make()?;
            let begun = Instant::now();
            let answer = run(function.handle(serde_json::from_slice(&text)?))?;
            best = best.min(begun.elapsed().as_secs_f64());
            assert_eq!(answer.counts.out as u64, RECORDS);
        }
        sizes.push(json!({ "records": RECORDS, "bytes": bytes, "seconds": best }));
    }
    Ok(fs::write(env::var(REPORT)?, json!(sizes).to_string())?)
}
