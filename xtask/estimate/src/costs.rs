//! What a stage costs a month.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::{Bill, Kind, kind};
use crate::line::{How, Line};
use crate::prices::{PricedRegion, Prices};
use crate::scene::{Scene, Template};
use crate::volumes::Volumes;

/// A stage's bill.
#[derive(Debug, Clone, Serialize)]
pub struct Estimate {
    /// Of the prices.
    pub date: String,
    pub region: &'static str,
    /// What is paid for whatever happens first, of that the dearest first.
    pub lines: Vec<Line>,
    /// Types that are not in the price table, and what has no price or volume there: none of this is in the sum.
    pub unpriced: Vec<String>,
    pub volumes: Volumes,
}

/// Prices templates, deployed ones and new ones alike.
pub fn price(prices: &Prices, region: PricedRegion, templates: &[Template], volumes: &Volumes) -> Estimate {
    let scene = Scene::of(templates, volumes);
    let mut bill = Bill::new(prices, region);
    let mut foreign = BTreeSet::new();
    for resource in &scene.resources {
        match kind(resource.kind) {
            Some(Kind::Free) => {}
            Some(Kind::Priced(put)) => put(resource, &scene, &mut bill),
            None => {
                foreign.insert(format!("{} ({}): this type is not in the price table", resource.id, resource.kind));
            }
        }
    }
    let (mut lines, mut unpriced) = (bill.lines, bill.unpriced);
    unpriced.extend(foreign);
    lines.sort_by(|left, right| left.how.cmp(&right.how).then(right.monthly.total_cmp(&left.monthly)));
    Estimate { date: prices.date.clone(), region: region.name(), lines, unpriced, volumes: *volumes }
}

impl Estimate {
    /// Dollars a month.
    pub fn monthly(&self) -> f64 {
        self.lines.iter().map(|line| line.monthly).sum()
    }

    pub fn of(&self, how: How) -> f64 {
        self.lines.iter().filter(|line| line.how == how).map(|line| line.monthly).sum()
    }

    /// Sums by whatever lines have in common, the largest first.
    pub fn by<'a>(&'a self, key: impl Fn(&'a Line) -> &'a str) -> Vec<(&'a str, f64)> {
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        for line in &self.lines {
            *sums.entry(key(line)).or_default() += line.monthly;
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        sums
    }
}

/// The one number: what these templates cost a month in this region at these volumes.
pub fn monthly(region: PricedRegion, templates: &[Template], volumes: &Volumes) -> f64 {
    price(&Prices::shipped(), region, templates, volumes).monthly()
}
