//! What an account may have, and what its stages share of it.

use serde::Serialize;
use stacks::stage::{Capacity, Stage};

use super::{Model, Part, queues};
use crate::money::quantity;
use crate::volumes::Volumes;

/// Quotas, as AWS sets them for an account in regions such as eu-west-1 and us-east-1, unless somebody asked for more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Account {
    /// Shards of all streams.
    pub shards: f64,
    /// Runs of functions at the same time.
    pub concurrency: f64,
    /// What one delivery stream takes in a second.
    pub firehose_mib: f64,
    pub firehose_records: f64,
    pub firehose_requests: f64,
    /// Megabytes that a stream on demand takes in a second.
    pub on_demand_mib: f64,
    /// Stages of this kind in the account, each with its part of the volumes.
    pub stages: f64,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            shards: 20_000.0,
            concurrency: 1_000.0,
            firehose_mib: 5.0,
            firehose_records: 500_000.0,
            firehose_requests: 2_000.0,
            on_demand_mib: 200.0,
            stages: 1.0,
        }
    }
}

pub(super) fn shards(stage: &Stage) -> f64 {
    match stage.pipelines.taxi.as_ref().map(|taxi| taxi.capacity) {
        Some(Capacity::Provisioned { shards, autoscale }) => f64::from(autoscale.map_or(shards, |it| it.max_shards)),
        _ => 0.0,
    }
}

/// Functions that run at the same time at worst: one of each consumer in a shard, as many of a queue as it may have, and a
/// few by the clock.
pub(super) fn concurrency(stage: &Stage, volumes: &Volumes) -> f64 {
    /// The daily functions.
    const DAILY: f64 = 4.0;
    let pipelines = &stage.pipelines;
    let streams = pipelines.taxi.iter().map(|taxi| 2.0 * super::taxi::shards(taxi, volumes));
    let queues = pipelines.queues().into_iter().map(queues::at_once);
    streams.chain(queues).sum::<f64>() + DAILY
}

pub(super) fn model(stage: &Stage, volumes: &Volumes, account: &Account) -> Model {
    let Account { stages, .. } = account;
    let (running, shards) = (concurrency(stage, volumes) * stages, shards(stage) * stages);
    let parts = vec![
        Part::new(
            "functions at the same time",
            format!("{} by quota", quantity(account.concurrency)),
            running / account.concurrency,
        ),
        Part::new("shards of all streams", format!("{} by quota", quantity(account.shards)), shards / account.shards),
    ];
    Model { demand: "all pipelines at once, at worst".to_owned(), ..Model::of("account", volumes, parts, Vec::new()) }
}
