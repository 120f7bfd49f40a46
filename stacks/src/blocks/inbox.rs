//! What arrives, on its way to a function: a notification, a queue, the function that reads it, a queue of dead letters, and
//! alarms that tell when it stops.

use contract::{Queue, QueueEvent, Ref, Topic};
use serde::Serialize;
use serde_json::json;

use super::{AlarmView, EventRuleView, QueueView, Scope, Trigger, reads_queue, threshold};
use crate::stage::Inbox;

#[derive(Debug, Serialize)]
pub struct InboxView {
    queue: QueueView,
    dead_letters: QueueView,
    /// What tells of arrivals where the bucket is another stack's.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<EventRuleView>,
    #[serde(skip)]
    settings: Inbox,
}

/// What an inbox's queues are called: the logical ids, and what follows the stage in their names.
#[derive(Debug, Clone, Copy)]
pub struct InboxNames {
    pub queue: &'static str,
    pub queue_thing: &'static str,
    pub dead_letters: &'static str,
    pub dead_letters_thing: &'static str,
}

impl InboxView {
    pub fn new(scope: &Scope, names: InboxNames, settings: Inbox) -> Self {
        let dead_letters = QueueView::of_failures(scope, names.dead_letters, names.dead_letters_thing);
        let queue = QueueView::of_failures(scope, names.queue, names.queue_thing).read(
            settings.retention_hours,
            settings.visibility_seconds,
            (&dead_letters, settings.receive_count),
        );
        Self { queue, dead_letters, rule: None, settings }
    }

    /// Fed by a bucket of the same stack, which is made after the queue and so is known by its name only.
    #[must_use]
    pub fn told_by_bucket(self, bucket: &str) -> Self {
        let source = json!({ "Fn::Sub": format!("arn:${{AWS::Partition}}:s3:::{bucket}") });
        Self { queue: self.queue.with_sender("BucketMayTell", "s3.amazonaws.com", source), ..self }
    }

    /// Fed by the account's event bus, on which buckets of other stacks tell.
    #[must_use]
    pub fn told_by_rule(self, rule: EventRuleView) -> Self {
        let source = json!({ "Fn::GetAtt": [rule.id(), "Arn"] });
        Self { queue: self.queue.with_sender("RuleMayTell", "events.amazonaws.com", source), rule: Some(rule), ..self }
    }

    pub fn queue(&self) -> Ref<Queue> {
        Ref::declared(self.queue.id())
    }

    pub fn dead_letters(&self) -> Ref<Queue> {
        Ref::declared(self.dead_letters.id())
    }

    /// The queue as its function reads it.
    pub fn trigger(&self) -> Trigger<QueueEvent> {
        reads_queue(&self.queue(), &self.settings)
    }

    /// The name of the queue's policy, without which a notification is refused.
    pub fn policy(&self) -> String {
        format!("{}Policy", self.queue.id())
    }

    pub fn alarms(&self, scope: &Scope, alerts: &Ref<Topic>) -> Vec<AlarmView> {
        let Inbox { visibility_seconds, retention_hours, .. } = self.settings;
        let late =
            self.queue.late(scope, alerts, threshold::waiting_seconds(visibility_seconds, retention_hours * 3600));
        self.dead_letters.alarms(scope, alerts).into_iter().chain([late]).collect()
    }

    /// The names of the queue and the one of dead letters, and what it is called on the command line.
    pub(super) fn names(&self) -> (&str, &str, &'static str) {
        (self.queue.name(), self.dead_letters.name(), self.queue.thing())
    }
}
