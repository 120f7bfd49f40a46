//! Metrics as a dashboard names them, and graphs of them.

use serde_json::{Value, json};

use super::layout::Widget;

/// The metrics of one resource: their namespace, and what they are narrowed to.
#[derive(Debug, Clone)]
pub(super) struct Of<'a> {
    namespace: &'static str,
    dimensions: Vec<(&'static str, &'a str)>,
}

impl<'a> Of<'a> {
    pub(super) fn new(namespace: &'static str, dimension: &'static str, of: &'a str) -> Self {
        Self { namespace, dimensions: vec![(dimension, of)] }
    }

    pub(super) fn within(mut self, dimension: &'static str, of: &'a str) -> Self {
        self.dimensions.push((dimension, of));
        self
    }

    /// One of them, under a label of its own.
    pub(super) fn metric(&self, name: &str, statistic: &str, label: &str) -> Value {
        let mut metric = vec![json!(self.namespace), json!(name)];
        metric.extend(self.dimensions.iter().flat_map(|(dimension, of)| [json!(dimension), json!(of)]));
        metric.push(json!({ "stat": statistic, "label": label }));
        Value::Array(metric)
    }

    /// Several of them, each under its own name.
    pub(super) fn metrics<const N: usize>(&self, statistic: &str, names: [&str; N]) -> Vec<Value> {
        names.iter().map(|name| self.metric(name, statistic, name)).collect()
    }
}

/// A third of a row.
pub(super) fn graph(region: &str, title: &str, unit: &str, metrics: &[Value]) -> Widget {
    let properties = json!({
        "title": title,
        "metrics": metrics,
        "period": 300,
        "region": region,
        "view": "timeSeries",
        "yAxis": { "left": { "min": 0, "label": unit, "showUnits": false } },
    });
    Widget { kind: "metric", width: 8, height: 6, properties }
}

/// The alarms, with those that sound first.
pub(super) fn alarms(names: &[String], height: u32) -> Widget {
    let arn = |name: &String| {
        let account = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}";
        json!(format!("{account}:alarm:{name}"))
    };
    // CloudWatch shows no more of them.
    let alarms: Vec<_> = names.iter().take(100).map(arn).collect();
    let properties = json!({ "title": "Alarms", "alarms": alarms, "sortBy": "stateUpdatedTimestamp" });
    Widget { kind: "alarm", width: 12, height, properties }
}
