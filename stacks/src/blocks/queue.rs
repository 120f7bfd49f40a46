//! Queues: encrypted, reached over TLS only.

use contract::{Ref, Topic};
use serde::Serialize;
use serde_json::json;

use super::{AlarmView, Metric, Scope, Tags};

#[derive(Debug, Serialize)]
pub struct QueueView {
    id: &'static str,
    name: String,
    #[serde(skip)]
    thing: &'static str,
    deletion: &'static str,
    replace: &'static str,
    retention_seconds: u32,
    tags: Tags,
}

impl QueueView {
    /// A queue of what could not be processed, which keeps it as long as SQS can: 14 days.
    pub fn of_failures(scope: &Scope, id: &'static str, thing: &'static str) -> Self {
        Self {
            id,
            name: scope.name(thing),
            thing,
            deletion: scope.deletion_policy(),
            replace: scope.replace_policy(),
            retention_seconds: 14 * 24 * 3600,
            tags: scope.tags.clone(),
        }
    }

    pub fn alarms(&self, scope: &Scope, alerts: &Ref<Topic>) -> Vec<AlarmView> {
        let depth = Metric {
            namespace: "AWS/SQS",
            name: "ApproximateNumberOfMessagesVisible",
            statistic: "Maximum",
            dimension: "QueueName",
            of: json!({ "Fn::GetAtt": [self.id, "QueueName"] }),
        };
        let description = "Something could not be processed and waits here to be looked at";
        vec![AlarmView::above(scope, alerts, (self.id, self.thing), "Depth", depth, 0, description)]
    }
}
