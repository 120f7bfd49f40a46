//! What a stage can take, to be read: the bottleneck of each pipeline first, then what to raise, then what that costs.

use serde::Serialize;
use stacks::stage::{Pipelines, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Account, Ask, Change, Latency, Model, Plan, models, plan, saturation};
use crate::costs::Estimate;
use crate::money::{dollars, quantity};
use crate::report::Sum;
use crate::volumes::Volumes;

#[derive(Debug, Serialize)]
pub struct Report {
    pub stage: String,
    pub volumes_from: String,
    pub pipelines: Vec<Pipeline>,
    pub changes: Vec<Change>,
    pub quotas: Vec<Ask>,
    pub beyond: Vec<String>,
    /// Stages that share what one cannot take.
    pub stages: f64,
    /// Of the stage as it would have to be: what it still saturates at, and its latencies.
    pub then: Vec<Pipeline>,
    /// Dollars a month, with the changes; none in a region without prices.
    pub monthly: Option<f64>,
    /// The same by service, the dearest first.
    pub services: Vec<Sum>,
    pub volumes: Volumes,
    pub account: Account,
}

#[derive(Debug, Serialize)]
pub struct Pipeline {
    #[serde(flatten)]
    pub model: Model,
    pub fits: bool,
    /// How many times the asked volumes it takes; none where it takes whatever comes.
    pub saturates_at: Option<f64>,
}

impl Pipeline {
    fn all(stage: &Stage, volumes: &Volumes, account: &Account) -> Vec<Self> {
        let pipeline = |model: Model| {
            let times = saturation(stage, volumes, account, model.pipeline);
            Self { fits: model.fits(), saturates_at: times.is_finite().then_some(times), model }
        };
        models(stage, volumes, account).into_iter().map(pipeline).collect()
    }
}

impl Report {
    /// `price` tells what a stage costs at volumes, where there are prices.
    pub fn of(
        stage: &Stage,
        volumes_from: &str,
        volumes: &Volumes,
        price: impl Fn(&Stage, &Volumes) -> Option<Estimate>,
    ) -> Self {
        let account = Account::default();
        let plan = plan(stage, volumes, &account);
        let services = costs(&plan, price);
        Self {
            stage: stage.name.to_string(),
            volumes_from: volumes_from.to_owned(),
            pipelines: Pipeline::all(stage, volumes, &account),
            then: if plan.is_nothing() { Vec::new() } else { Pipeline::all(&plan.stage, &plan.volumes, &plan.account) },
            stages: plan.account.stages,
            monthly: services.as_ref().map(|sums| sums.iter().map(|sum| sum.amount).sum()),
            services: services.unwrap_or_default(),
            changes: plan.changes,
            quotas: plan.asks,
            beyond: plan.beyond,
            account: plan.account,
            volumes: *volumes,
        }
    }

    /// Whether the stage takes it as it is.
    pub fn fits(&self) -> bool {
        self.pipelines.iter().all(|pipeline| pipeline.fits)
    }
}

/// The stages that share a stream's events have that pipeline only; the others stand once.
fn costs(plan: &Plan, price: impl Fn(&Stage, &Volumes) -> Option<Estimate>) -> Option<Vec<Sum>> {
    let all = price(&plan.stage, &plan.volumes)?;
    let mut only = plan.stage.clone();
    only.pipelines = Pipelines { taxi: only.pipelines.taxi, ..Pipelines::default() };
    let more = (plan.account.stages > 1.0).then(|| price(&only, &plan.volumes)).flatten();
    let mut sums: BTreeMap<&str, f64> = all.by(|line| line.service).into_iter().collect();
    for (service, amount) in more.iter().flat_map(|more| more.by(|line| line.service)) {
        *sums.entry(service).or_default() += amount * (plan.account.stages - 1.0);
    }
    let mut sums: Vec<_> = sums.into_iter().map(|(name, amount)| Sum { name: name.to_owned(), amount }).collect();
    sums.sort_by(|left, right| right.amount.total_cmp(&left.amount));
    Some(sums)
}

fn seconds(time: f64) -> String {
    match time {
        time if time < 10.0 => format!("{time:.1} s"),
        time if time < 600.0 => format!("{time:.0} s"),
        time if time < 36_000.0 => format!("{:.0} min", time / 60.0),
        time => format!("{:.1} h", time / 3600.0),
    }
}

fn percent(part: f64) -> String {
    match part * 100.0 {
        many if many >= 1_000.0 => format!("{} %", quantity(many)),
        many if many >= 10.0 || many == 0.0 => format!("{many:.0} %"),
        many if many >= 0.1 => format!("{many:.1} %"),
        _ => "<0.1 %".to_owned(),
    }
}

fn write(f: &mut fmt::Formatter<'_>, pipeline: &Pipeline) -> fmt::Result {
    let Pipeline { model, fits, saturates_at } = pipeline;
    let verdict = if *fits { "fits" } else { "DOES NOT FIT" };
    writeln!(f, "\n{}: {verdict}; {}", model.pipeline, model.demand)?;
    if let (Some(first), Some(times)) = (model.parts.first(), saturates_at) {
        writeln!(f, "  bottleneck: {}; saturates at {} times that", first.name, quantity(*times))?;
    }
    for part in &model.parts {
        writeln!(f, "  {:>9}  {:<42} {}", percent(part.utilisation), part.name, part.limit)?;
    }
    for Latency { path, p50, worst, .. } in &model.latencies {
        match worst {
            Some(worst) => writeln!(f, "  latency {path}: p50 {}, worst {}", seconds(*p50), seconds(*worst))?,
            None => writeln!(f, "  latency {path}: grows without end")?,
        }
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "stage {}, with {}", self.stage, self.volumes_from)?;
        for pipeline in &self.pipelines {
            write(f, pipeline)?;
        }
        let Self { changes, quotas, beyond, stages, .. } = self;
        if changes.is_empty() && quotas.is_empty() && beyond.is_empty() && *stages <= 1.0 {
            writeln!(f, "\nnothing has to be raised")?;
        }
        if *stages > 1.0 {
            let each = quantity(self.volumes.taxi.events_per_second / stages);
            writeln!(
                f,
                "\none stage does not suffice for taxi: {stages} of them, each with {each} events/s, and each with:"
            )?;
        } else if !changes.is_empty() {
            writeln!(f, "\nto raise in the stage file, below 'pipelines:'")?;
        }
        for Change { key, from, to } in changes {
            writeln!(f, "  {key}: {to}   # now {from}")?;
        }
        if !quotas.is_empty() {
            writeln!(f, "\nquotas to ask AWS for, before:")?;
        }
        for Ask { quota, from, to } in quotas {
            writeln!(f, "  {quota}: {} (is {})", quantity(*to), quantity(*from))?;
        }
        for what in beyond {
            writeln!(f, "\nNO SETTING HELPS: {what}")?;
        }
        if !self.then.is_empty() {
            writeln!(f, "\nthen:")?;
            let raised = |pipeline: &&Pipeline| {
                let name = pipeline.model.pipeline;
                name == "account" && !quotas.is_empty()
                    || changes.iter().any(|change| change.key.starts_with(name))
                    || *stages > 1.0 && name == "taxi"
            };
            for pipeline in self.then.iter().filter(raised) {
                write(f, pipeline)?;
            }
        }
        if let Some(monthly) = self.monthly {
            let told = self.services.iter().filter(|sum| sum.amount >= monthly / 1_000.0);
            let told: Vec<_> = told.map(|sum| format!("{} {}", sum.name, dollars(sum.amount))).collect();
            writeln!(f, "\nabout {} a month: {}", dollars(monthly), told.join(", "))?;
            writeln!(f, "  with what {} months leave in S3", quantity(self.volumes.kept_months))?;
        }
        let formulas: BTreeSet<_> =
            self.pipelines.iter().flat_map(|it| &it.model.latencies).map(|latency| latency.formula).collect();
        writeln!(f, "\nlatencies (u: utilisation):")?;
        for formula in formulas {
            writeln!(f, "  {formula}")?;
        }
        Ok(())
    }
}
