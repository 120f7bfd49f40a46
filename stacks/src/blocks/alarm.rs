//! Alarms, which tell the alert topic, or start what does something about it.

use contract::{Ref, Topic};
use serde::Serialize;
use serde_json::Value;

use super::{Scope, Tags};

#[derive(Debug, Serialize)]
pub struct AlarmView {
    id: String,
    name: String,
    description: String,
    metric: Metric,
    /// What the metric is narrowed to besides.
    within: Vec<Within>,
    threshold: u64,
    comparison: &'static str,
    periods: u32,
    /// No data means nothing happened, which for most metrics is good.
    missing: &'static str,
    period: u32,
    /// Whom it tells, when it begins to sound and when it ceases to.
    action: Value,
    tags: Tags,
}

#[derive(Debug, Serialize)]
struct Within {
    dimension: &'static str,
    of: Value,
}

/// A metric of one resource, over periods of five minutes unless it is said otherwise.
#[derive(Debug, Serialize)]
pub struct Metric {
    pub namespace: &'static str,
    pub name: &'static str,
    pub statistic: &'static str,
    pub dimension: &'static str,
    pub of: Value,
}

impl AlarmView {
    /// Sounds when the metric is above the threshold. `watched` is the logical id and the name of what is watched.
    pub fn above(
        scope: &Scope,
        alerts: &Ref<Topic>,
        watched: (&str, &str),
        fault: &str,
        metric: Metric,
        threshold: u64,
        description: &str,
    ) -> Self {
        let (id, thing) = watched;
        Self {
            id: format!("{id}{fault}Alarm"),
            name: scope.name(&format!("{thing}-{}", kebab(fault))),
            description: description.to_owned(),
            metric,
            within: Vec::new(),
            threshold,
            comparison: "GreaterThanThreshold",
            periods: 1,
            missing: "notBreaching",
            period: 300,
            action: alerts.reference(),
            tags: scope.tags.clone(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Sounds when the metric is below the threshold instead.
    #[must_use]
    pub fn below(self) -> Self {
        Self { comparison: "LessThanThreshold", ..self }
    }

    /// Of a metric that has another dimension too.
    #[must_use]
    pub fn within(mut self, dimension: &'static str, of: impl Into<Value>) -> Self {
        self.within.push(Within { dimension, of: of.into() });
        self
    }

    /// Starts a function, by its ARN, instead of telling people. It has to be [permitted](super::PermissionView).
    #[must_use]
    pub fn starting(self, function: Value) -> Self {
        Self { action: function, ..self }
    }

    /// Looks at minutes.
    #[must_use]
    pub fn by_the_minute(self) -> Self {
        Self { period: 60, ..self }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Sounds only after so many periods in a row.
    #[must_use]
    pub fn lasting(self, periods: u32) -> Self {
        Self { periods, ..self }
    }
}

/// `IteratorAge` → `iterator-age`.
fn kebab(camel: &str) -> String {
    let mut text = String::new();
    for c in camel.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}
