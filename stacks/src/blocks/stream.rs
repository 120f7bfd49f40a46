//! Kinesis streams: encrypted, provisioned or on demand.

use contract::{Ref, Topic};
use serde::Serialize;
use serde_json::json;

use super::{AlarmView, Metric, Scope, Tags};
use crate::stage::Capacity;

#[derive(Debug, Serialize)]
pub struct StreamView {
    id: &'static str,
    name: String,
    #[serde(skip)]
    thing: &'static str,
    deletion: &'static str,
    replace: &'static str,
    /// Absent for a stream on demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    shards: Option<u32>,
    retention_hours: u32,
    tags: Tags,
}

impl StreamView {
    pub fn new(scope: &Scope, id: &'static str, thing: &'static str, capacity: Capacity, retention_hours: u32) -> Self {
        Self {
            id,
            name: scope.name(thing),
            thing,
            deletion: scope.deletion_policy(),
            replace: scope.replace_policy(),
            shards: match capacity {
                Capacity::OnDemand => None,
                Capacity::Provisioned { shards, .. } => Some(shards),
            },
            retention_hours,
            tags: scope.tags.clone(),
        }
    }

    /// What the stream takes of this, by the minute.
    pub(super) fn incoming(&self, metric: &'static str) -> Metric {
        Metric {
            namespace: "AWS/Kinesis",
            name: metric,
            statistic: "Sum",
            dimension: "StreamName",
            of: json!({ "Ref": self.id }),
        }
    }

    /// The logical id, and what follows the stage in the name.
    pub(super) fn watched(&self) -> (&'static str, &'static str) {
        (self.id, self.thing)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub fn alarms(&self, scope: &Scope, alerts: &Ref<Topic>) -> Vec<AlarmView> {
        let refused = Metric {
            namespace: "AWS/Kinesis",
            name: "WriteProvisionedThroughputExceeded",
            statistic: "Sum",
            dimension: "StreamName",
            of: json!({ "Ref": self.id }),
        };
        let description = "Producers send more than the stream takes";
        let alarm = AlarmView::above(scope, alerts, (self.id, self.thing), "Throttles", refused, 0, description);
        vec![alarm.lasting(3)]
    }
}
