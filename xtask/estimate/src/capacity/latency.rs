//! How long data is on its way.

use serde::Serialize;

/// From arrival to where it is delivered, in seconds.
#[derive(Debug, Clone, Serialize)]
pub struct Latency {
    pub path: String,
    pub p50: f64,
    /// None where a part is saturated: it grows without end.
    pub worst: Option<f64>,
    pub formula: &'static str,
}

impl Latency {
    pub(super) fn of(path: &str, p50: f64, worst: f64, utilisation: f64, formula: &'static str) -> Self {
        let worst = (utilisation < 1.0 && worst.is_finite()).then_some(worst);
        Self { path: path.to_owned(), p50, worst, formula }
    }
}

/// How long a batch waits for the ones before it in a shard, where one is worked on at a time and each takes as long: M/D/1.
pub(super) fn in_line(busy: f64, seconds: f64) -> f64 {
    if busy >= 1.0 { f64::INFINITY } else { busy * seconds / (2.0 * (1.0 - busy)) }
}

/// The same where several are worked on at once: Sakasegawa's approximation for M/D/c.
pub(super) fn for_one_of(workers: f64, busy: f64, seconds: f64) -> f64 {
    if busy >= 1.0 {
        return f64::INFINITY;
    }
    busy.powf((2.0 * (workers + 1.0)).sqrt() - 1.0) * seconds / (2.0 * workers * (1.0 - busy))
}
