//! Dashboards: one a pipeline, with all that tells how it does.

mod board;
mod layout;
mod metric;
mod words;

use serde::Serialize;
use serde_json::{Value, json};

use super::Scope;
pub use board::Boards;
use layout::Placed;

#[derive(Debug, Serialize)]
pub struct DashboardView {
    id: String,
    name: String,
    /// JSON as a text, which is how CloudWatch takes it.
    body: Value,
}

impl DashboardView {
    fn new(scope: &Scope, widgets: &[Placed]) -> Self {
        let pipeline = scope.pipeline;
        let (first, rest) = pipeline.split_at(1);
        let body = json!({ "start": "-PT12H", "periodOverride": "inherit", "widgets": widgets });
        Self {
            id: format!("{}{rest}Dashboard", first.to_uppercase()),
            name: scope.name(pipeline),
            // The account and the region stand in ARNs.
            body: json!({ "Fn::Sub": body.to_string() }),
        }
    }
}
