//! What a stage can take: a model of each pipeline on paper, where it saturates, what to raise, and how long data is on its way.
//!
//! A part of a pipeline has a utilisation at the asked volumes: above one it falls behind. Advice leaves a fifth of each part
//! free, since nothing comes evenly.

mod account;
pub(crate) mod advice;
mod batches;
mod latency;
pub(crate) mod queues;
mod report;
mod taxi;

use serde::Serialize;
use stacks::stage::Stage;

use crate::volumes::Volumes;

pub use account::Account;
pub use advice::{Ask, Change, Plan, plan};
pub use latency::Latency;
pub use report::Report;

/// How much of a part is used at most by advice.
const GOOD: f64 = 0.8;

/// Of functions, in megabytes: one that is larger than the last is not faster.
const MEMORIES: [u32; 7] = [128, 256, 512, 768, 1024, 1536, 1769];

/// One pipeline's model.
#[derive(Debug, Clone, Serialize)]
pub struct Model {
    pub pipeline: &'static str,
    /// What was asked.
    pub demand: String,
    /// The one that saturates first is first.
    pub parts: Vec<Part>,
    pub latencies: Vec<Latency>,
}

/// What can be too small.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    pub name: String,
    /// What it takes, in words.
    pub limit: String,
    pub utilisation: f64,
}

impl Part {
    fn new(name: impl Into<String>, limit: impl Into<String>, utilisation: f64) -> Self {
        Self { name: name.into(), limit: limit.into(), utilisation }
    }
}

impl Model {
    fn of(pipeline: &'static str, volumes: &Volumes, mut parts: Vec<Part>, latencies: Vec<Latency>) -> Self {
        parts.sort_by(|left, right| right.utilisation.total_cmp(&left.utilisation));
        Self { pipeline, demand: volumes.told(pipeline).unwrap_or_default(), parts, latencies }
    }

    pub fn utilisation(&self) -> f64 {
        self.parts.first().map_or(0.0, |part| part.utilisation)
    }

    pub fn fits(&self) -> bool {
        self.utilisation() <= 1.0
    }
}

/// A model of each pipeline that the stage has, and one of the account that they share.
pub fn models(stage: &Stage, volumes: &Volumes, account: &Account) -> Vec<Model> {
    let pipelines = &stage.pipelines;
    let mut all = Vec::new();
    all.extend(pipelines.taxi.iter().map(|it| taxi::model(it, volumes, account)));
    all.extend(pipelines.accommodation.iter().map(|it| queues::accommodation(it, volumes)));
    all.extend(pipelines.flats.iter().map(|it| queues::flats(it, volumes)));
    all.extend(pipelines.orders.iter().map(|it| batches::orders(it, volumes)));
    all.extend(pipelines.rates.iter().map(|it| batches::rates(it, volumes)));
    all.push(account::model(stage, volumes, account));
    all
}

/// How many times the volumes a pipeline takes before its first part saturates; without end where nothing does.
pub fn saturation(stage: &Stage, volumes: &Volumes, account: &Account, pipeline: &str) -> f64 {
    /// More than anybody means.
    const MOST: f64 = 1e9;
    let fits = |times: f64| {
        let models = models(stage, &volumes.scaled(times), account);
        models.iter().filter(|model| model.pipeline == pipeline).all(Model::fits)
    };
    if fits(MOST) {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, MOST);
    // By halves of the exponent first, so that the answer is as exact for little as for much.
    for _ in 0..100 {
        let middle = if low < 1e-9 { high / 1_000.0 } else { f64::sqrt(low * high) };
        if middle < 1e-9 {
            return 0.0;
        }
        if fits(middle) { low = middle } else { high = middle }
    }
    low
}
