//! Days of traffic, second by second, and what ways of giving a stream its shards make of them.
//!
//! The way that a stage has is the very decision that `autoscale-shards` makes, with what the function sees and no more:
//! what the stream took, by the minute, a minute late. Nothing here asks anything of anybody, and the same seed gives the
//! same days.

mod day;
mod foresight;
mod ours;
mod shape;

#[cfg(test)]
mod tests;

use serde::Serialize;
use shards::{Minute, Settings, need};

use day::Day;
pub use shape::Shape;

/// The most shards that are simulated: what is known beforehand is worked out over every number of them.
pub const MOST_SHARDS: u32 = 64;
/// What a record weighs: so much that a shard is full of records just before it is full of bytes.
pub const RECORD_BYTES: u64 = 1_000;

/// How a stage scales.
#[derive(Debug, Clone, Copy)]
pub struct Scaling {
    pub settings: Settings,
    /// Shards that the stream begins with, which is what the alarms' thresholds are of.
    pub first: u32,
    pub every_minutes: u32,
}

/// A way of giving a stream its shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// As many as the busiest minute asks for, all day.
    Peak,
    /// As many as the day's mean asks for, all day.
    Mean,
    /// By somebody who knows the day beforehand, within Kinesis's limits.
    Foresight,
    /// By the function.
    Autoscale,
}

impl Policy {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Peak => "fixed at the peak",
            Self::Mean => "fixed at the mean",
            Self::Foresight => "perfect foresight",
            Self::Autoscale => "autoscale-shards",
        }
    }
}

/// What came of a day.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    pub policy: Policy,
    /// Records that the stream refused. Nobody offers them again: a producer that does makes the next second busier.
    pub throttled: u64,
    pub throttled_percent: f64,
    pub shard_hours: f64,
    pub operations: usize,
    pub fewest_shards: u32,
    pub most_shards: u32,
    pub last_shards: u32,
}

/// A day of one shape, under each policy.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    pub shape: Shape,
    pub offered: u64,
    pub outcomes: Vec<Outcome>,
}

/// What a day came to, before it is compared.
struct Course {
    throttled: u64,
    shard_seconds: u64,
    operations: usize,
    fewest: u32,
    most: u32,
    last: u32,
}

/// The busiest second is what the stage's maximum is meant for.
pub fn compare(shape: Shape, scaling: &Scaling, seed: u64) -> Compared {
    let Settings { max, target_percent, .. } = scaling.settings;
    let day = Day::of(shape, f64::from(max) * f64::from(target_percent) / 100.0, seed);
    let offered = day.offered();
    let minutes: Vec<u64> = day.minutes().collect();
    let permille = target_percent * 10;
    let fits = |records: u64| need(Minute { bytes: records * RECORD_BYTES, records }, permille);
    let peak = fits(minutes.iter().copied().max().unwrap_or_default());
    let mean = fits(offered / minutes.len().max(1) as u64);
    let courses = [
        (Policy::Peak, fixed(&day, peak)),
        (Policy::Mean, fixed(&day, mean)),
        (Policy::Foresight, foresight::course(&day, scaling.settings)),
        (Policy::Autoscale, ours::course(&day, scaling)),
    ];
    let outcomes = courses.into_iter().map(|(policy, course)| course.outcome(policy, offered)).collect();
    Compared { shape, offered, outcomes }
}

fn fixed(day: &Day, shards: u32) -> Course {
    Course {
        throttled: (0..day::SECONDS).map(|second| day.refused(second, shards)).sum(),
        shard_seconds: u64::from(shards) * day::SECONDS as u64,
        operations: 0,
        fewest: shards,
        most: shards,
        last: shards,
    }
}

impl Course {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    fn outcome(self, policy: Policy, offered: u64) -> Outcome {
        Outcome {
            policy,
            throttled: self.throttled,
            throttled_percent: self.throttled as f64 * 100.0 / offered.max(1) as f64,
            shard_hours: self.shard_seconds as f64 / 3_600.0,
            operations: self.operations,
            fewest_shards: self.fewest,
            most_shards: self.most,
            last_shards: self.last,
        }
    }
}

impl Compared {
    pub fn of(&self, policy: Policy) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.policy == policy)
    }
}
