//! A state machine in a stack, with a role of its own, a version of what it is now, and the alias that is started.

use contract::{Ref, Topic};
use serde::Serialize;
use serde_json::{Value, json};

use super::Machine;
use super::text::lines;
use crate::blocks::function::plain;
use crate::blocks::{AlarmView, Bounds, Metric, Scope, Tags};

#[derive(Debug, Serialize)]
pub struct MachineView {
    id: &'static str,
    name: String,
    #[serde(skip)]
    thing: &'static str,
    /// JSON as people read it, line by line.
    definition: Vec<String>,
    named: Vec<Named>,
    statements: Vec<Value>,
    bounds: Bounds,
    tags: Tags,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
    value: Value,
}

impl MachineView {
    pub fn new(scope: &Scope, (id, thing): (&'static str, &'static str), machine: Machine) -> Self {
        let Machine { definition, named, statements } = machine;
        Self {
            id,
            name: scope.name(thing),
            thing,
            definition: lines(&definition),
            named: named.into_iter().map(|(name, value)| Named { name, value }).collect(),
            statements: statements.iter().map(plain).collect(),
            bounds: scope.bounds(),
            tags: scope.tags.clone(),
        }
    }

    pub(in crate::blocks) fn name(&self) -> &str {
        &self.name
    }

    /// The ARN under which it is started: whatever version is live.
    pub fn live(&self) -> Value {
        json!({ "Ref": format!("{}Live", self.id) })
    }

    /// What a failing execution cannot tell itself.
    pub fn alarms(&self, scope: &Scope, alerts: &Ref<Topic>) -> Vec<AlarmView> {
        let alarm = |fault, name, description| {
            let metric = Metric {
                namespace: "AWS/States",
                name,
                statistic: "Sum",
                dimension: "StateMachineArn",
                of: json!({ "Ref": self.id }),
            };
            AlarmView::above(scope, alerts, (self.id, self.thing), fault, metric, 0, description)
        };
        vec![
            alarm("TimeOut", "ExecutionsTimedOut", "An execution took longer than all of its steps may"),
            alarm("Abort", "ExecutionsAborted", "Somebody stopped an execution"),
        ]
    }
}
