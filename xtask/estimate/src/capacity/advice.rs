//! What to raise so that a stage takes what was asked, with a fifth to spare.

use serde::Serialize;
use stacks::stage::Stage;

use super::{Account, GOOD, account, batches, queues, taxi};
use crate::volumes::Volumes;

/// A key of the stage file, below `pipelines`, and the value that suffices.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub key: String,
    pub from: String,
    pub to: String,
}

/// A quota that AWS has to be asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ask {
    pub quota: String,
    pub from: f64,
    pub to: f64,
}

/// The stage as it would have to be.
#[derive(Debug, Clone)]
pub struct Plan {
    pub changes: Vec<Change>,
    pub asks: Vec<Ask>,
    /// What no setting helps against.
    pub beyond: Vec<String>,
    pub stage: Stage,
    /// With the quotas that were asked for, and the number of stages that share the volumes.
    pub account: Account,
    /// What each of these stages gets.
    pub volumes: Volumes,
}

/// Works out what suffices for these volumes.
pub fn plan(stage: &Stage, volumes: &Volumes, account: &Account) -> Plan {
    let stages = stage.pipelines.taxi.as_ref().map_or(1.0, |taxi| taxi::split(taxi, volumes));
    let mut share = *volumes;
    share.taxi.events_per_second /= stages;
    let account = Account { stages: account.stages * stages, ..*account };
    let (changes, asks, beyond) = (Vec::new(), Vec::new(), Vec::new());
    let mut plan = Plan { changes, asks, beyond, stage: stage.clone(), account, volumes: share };
    let mut pipelines = stage.pipelines.clone();
    if let Some(it) = &mut pipelines.taxi {
        taxi::advise(it, &share, &mut plan);
    }
    if let Some(it) = &mut pipelines.accommodation {
        queues::advise_accommodation(it, &share, &mut plan);
    }
    if let Some(it) = &mut pipelines.flats {
        queues::advise_flats(it, &share, &mut plan);
    }
    if let Some(it) = &mut pipelines.orders {
        batches::advise_orders(it, &share, &mut plan);
    }
    if let Some(it) = &mut pipelines.rates {
        batches::advise_rates(it, &share, &mut plan);
    }
    plan.stage.pipelines = pipelines;
    let stages = plan.account.stages;
    let running = account::concurrency(&plan.stage, &share) * stages;
    plan.ask("Lambda: functions at the same time", |account| &mut account.concurrency, running);
    let shards = account::shards(&plan.stage) * stages;
    plan.ask("Kinesis: shards of all streams", |account| &mut account.shards, shards);
    plan
}

impl Plan {
    /// Whether the stage can be as it is.
    pub fn is_nothing(&self) -> bool {
        self.changes.is_empty() && self.asks.is_empty() && self.beyond.is_empty() && self.account.stages <= 1.0
    }

    pub(super) fn set(&mut self, key: &str, now: &mut u32, to: u32) {
        if *now != to {
            self.change(key, &now.to_string(), &to.to_string());
            *now = to;
        }
    }

    pub(super) fn change(&mut self, key: &str, from: &str, to: &str) {
        match self.changes.iter_mut().find(|change| change.key == key) {
            Some(change) => to.clone_into(&mut change.to),
            None => self.changes.push(Change { key: key.to_owned(), from: from.to_owned(), to: to.to_owned() }),
        }
    }

    /// In steps as one would ask for them.
    pub(super) fn ask(&mut self, quota: &str, of: fn(&mut Account) -> &mut f64, used: f64) {
        let now = of(&mut self.account);
        if used > *now * GOOD {
            let to = rounded(used / GOOD);
            self.asks.push(Ask { quota: quota.to_owned(), from: *now, to });
            *now = to;
        }
    }

    pub(super) fn beyond(&mut self, what: &str) {
        self.beyond.push(what.to_owned());
    }
}

/// Up, to two digits.
fn rounded(value: f64) -> f64 {
    let step = 10_f64.powf(value.max(1.0).log10().floor() - 1.0).max(1.0);
    (value / step).ceil() * step
}

/// What fits into a setting.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "kept within its range")]
pub(super) fn whole(value: f64) -> u32 {
    value.clamp(0.0, f64::from(u32::MAX)) as u32
}
