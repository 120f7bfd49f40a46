//! What a change of templates does to the bill.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

use crate::costs::Estimate;
use crate::money::change;

/// Dollars a month, before and after, and the resources that make the difference, the largest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub before: f64,
    pub after: f64,
    pub resources: Vec<Changed>,
    /// What comes with the change and has no price in the table.
    pub unpriced: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changed {
    pub stack: String,
    pub resource: String,
    pub before: f64,
    pub after: f64,
}

/// Below it, nothing is a difference.
const HALF_A_CENT: f64 = 0.005;

impl Difference {
    pub fn between(before: &Estimate, after: &Estimate) -> Self {
        let mut resources: BTreeMap<(&str, &str), (f64, f64)> = BTreeMap::new();
        for line in &before.lines {
            resources.entry((&line.stack, &line.resource)).or_default().0 += line.monthly;
        }
        for line in &after.lines {
            resources.entry((&line.stack, &line.resource)).or_default().1 += line.monthly;
        }
        let changed = |((stack, resource), (before, after)): ((&str, &str), (f64, f64))| {
            let differs = (after - before).abs() >= HALF_A_CENT;
            differs.then(|| Changed { stack: stack.to_owned(), resource: resource.to_owned(), before, after })
        };
        let mut resources: Vec<_> = resources.into_iter().filter_map(changed).collect();
        resources.sort_by(|left, right| right.size().total_cmp(&left.size()));
        let unpriced = after.unpriced.iter().filter(|what| !before.unpriced.contains(what)).cloned().collect();
        Self { before: before.monthly(), after: after.monthly(), resources, unpriced }
    }

    pub fn is_nothing(&self) -> bool {
        self.resources.is_empty() && self.unpriced.is_empty()
    }
}

impl Changed {
    fn size(&self) -> f64 {
        (self.after - self.before).abs()
    }
}

/// How many resources are named.
const NAMED: usize = 5;

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_nothing() {
            return Ok(());
        }
        write!(f, "cost: about {} a month on AWS", change(self.after - self.before))?;
        let named: Vec<_> = self
            .resources
            .iter()
            .take(NAMED)
            .map(|Changed { resource, before, after, .. }| format!("{resource} {}", change(after - before)))
            .collect();
        if !named.is_empty() {
            write!(f, " ({}", named.join(", "))?;
            match self.resources.len().saturating_sub(NAMED) {
                0 => write!(f, ")")?,
                more => write!(f, ", and {more} more)")?,
            }
        }
        writeln!(f)?;
        for what in &self.unpriced {
            writeln!(f, "cost: without {what}")?;
        }
        Ok(())
    }
}
