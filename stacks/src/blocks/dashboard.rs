//! Dashboards: a pipeline's metrics beside each other.

use serde::Serialize;
use serde_json::{Value, json};

use super::Scope;

#[derive(Debug, Serialize)]
pub struct DashboardView {
    id: &'static str,
    name: String,
    /// JSON as a text, which is how CloudWatch takes it.
    body: String,
}

/// One graph of metrics, each as CloudWatch writes it: namespace, name, dimension, of what.
#[derive(Debug)]
pub struct Graph {
    pub title: &'static str,
    pub metrics: Vec<Value>,
    pub statistic: &'static str,
}

impl DashboardView {
    pub fn new(scope: &Scope, (id, thing): (&'static str, &str), graphs: Vec<Graph>) -> Self {
        let region = scope.stage.region.as_str();
        let widget = |(number, Graph { title, metrics, statistic }): (usize, Graph)| {
            json!({
                "type": "metric",
                "x": 12 * (number % 2),
                "y": 6 * (number / 2),
                "width": 12,
                "height": 6,
                "properties": {
                    "title": title, "metrics": metrics, "stat": statistic, "period": 300, "region": region, "view": "timeSeries",
                },
            })
        };
        let widgets: Vec<_> = graphs.into_iter().enumerate().map(widget).collect();
        Self { id, name: scope.name(thing), body: json!({ "widgets": widgets }).to_string() }
    }
}
