//! Taxi trips to send: made up, or read from a CSV.

use contract::taxi::FIELDS;
use engine::failure::{Context, Failure, Outcome};
use fastrand::Rng;
use serde_json::{Map, Value};
use std::fmt::Write;
use std::path::Path;

use crate::cloud::Record;
use stacks::stage::instead;

/// Trips without end, the same for the same seed and start.
pub(crate) struct MadeUp {
    random: Rng,
    /// Seconds since 1970 at which the first trip begins.
    start: u64,
    count: u64,
    /// Of a million trips, how many break the schema.
    invalid_per_million: u32,
}

impl MadeUp {
    pub(crate) fn new(seed: u64, start: u64, invalid_share: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share from 0 to 1")]
        let invalid_per_million = (invalid_share * 1_000_000.0).round() as u32;
        Self { random: Rng::with_seed(seed), start, count: 0, invalid_per_million }
    }

    fn trip(&mut self) -> (String, Map<String, Value>) {
        let random = &mut self.random;
        let timestamp = self.start + self.count / 20;
        let taxi = format!("{}", 20_000_000 + random.u32(1..=980));
        let call_type = *["A", "B", "B", "C"].get(random.usize(0..4)).unwrap_or(&"C");
        let call = if call_type == "A" { random.u32(2_000..70_000).to_string() } else { "NA".to_owned() };
        let stand = if call_type == "B" { random.u32(1..=63).to_string() } else { "NA".to_owned() };
        let day = ["A", "A", "A", "A", "A", "B", "C"][random.usize(0..7)];
        let missing = if random.u32(0..1000) == 0 { "True" } else { "False" };
        let id = format!("{timestamp}{:06}{taxi}", self.count % 1_000_000);
        let route = route(random);
        let values = [
            id,
            call_type.to_owned(),
            call,
            stand,
            taxi.clone(),
            timestamp.to_string(),
            day.to_owned(),
            missing.to_owned(),
            route,
        ];
        let trip =
            FIELDS.iter().map(|column| (*column).to_owned()).zip(values.into_iter().map(Value::String)).collect();
        self.count += 1;
        (taxi, trip)
    }

    fn broken(&mut self, mut trip: Map<String, Value>) -> Vec<u8> {
        match self.random.u32(0..4) {
            0 => return b"not a trip, not even JSON".to_vec(),
            1 => {
                trip.remove("POLYLINE");
            }
            2 => {
                trip.insert("CALL_TYPE".to_owned(), "X".into());
            }
            _ => {
                trip.insert("TIMESTAMP".to_owned(), 1_372_636_858.into());
            }
        }
        Value::Object(trip).to_string().into_bytes()
    }
}

impl Iterator for MadeUp {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let (partition_key, trip) = self.trip();
        let data = if self.random.u32(0..1_000_000) < self.invalid_per_million {
            self.broken(trip)
        } else {
            Value::Object(trip).to_string().into_bytes()
        };
        Some(Record { partition_key, data })
    }
}

/// A drive through a city: a point every 15 seconds, 45 on average and 600 at most.
fn route(random: &mut Rng) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 600")]
    let points = (-45.0 * (1.0 - random.f64()).ln()).clamp(1.0, 600.0) as usize;
    let (mut longitude, mut latitude) = (-8.62 + random.f64() * 0.05, 41.14 + random.f64() * 0.05);
    let mut text = String::from("[");
    for point in 0..points {
        let comma = if point == 0 { "" } else { "," };
        let _ = write!(text, "{comma}[{longitude:.6},{latitude:.6}]");
        longitude += (random.f64() - 0.5) * 0.002;
        latitude += (random.f64() - 0.5) * 0.002;
    }
    text.push(']');
    text
}

/// Reads a CSV with the columns of a trip, in any order.
pub(crate) fn from_csv(path: &Path) -> Outcome<impl Iterator<Item = Outcome<Record>> + use<>> {
    let shown = path.display().to_string();
    let mut reader = csv::Reader::from_path(path).failing(|| format!("cannot read {shown}"))?;
    let header = reader.headers().failing(|| format!("cannot read {shown}"))?.clone();
    for column in &header {
        if !FIELDS.contains(&column) {
            return Err(
                Failure::invalid(format!("{shown}:1: a trip has no column '{column}'")).hint(instead(column, &FIELDS))
            );
        }
    }
    if let Some(missing) = FIELDS.iter().find(|column| !header.iter().any(|have| have == **column)) {
        return Err(Failure::invalid(format!("{shown}:1: the column {missing} is missing"))
            .hint(format!("the first line has to name: {}", FIELDS.join(","))));
    }
    Ok(reader.into_records().map(move |row| {
        let row = row.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            Failure::invalid(format!("{shown}:{line}: not a row of this CSV")).because(&error)
        })?;
        let absent = |value: &str| if value.is_empty() { "NA".to_owned() } else { value.to_owned() };
        let trip: Map<_, _> =
            header.iter().map(str::to_owned).zip(row.iter().map(|value| Value::String(absent(value)))).collect();
        let partition_key = trip["TAXI_ID"].as_str().unwrap_or_default().to_owned();
        Ok(Record { partition_key, data: Value::Object(trip).to_string().into_bytes() })
    }))
}
