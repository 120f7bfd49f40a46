//! Queues: encrypted, reached over TLS only, each sender named.

use contract::{Ref, Topic};
use serde::Serialize;
use serde_json::{Value, json};

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
    /// How a queue is read, which one of failures is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<Reading>,
    /// What may send beside the account's own roles.
    senders: Vec<Sender>,
    tags: Tags,
}

#[derive(Debug, Serialize)]
struct Reading {
    visibility_seconds: u32,
    dead_letters: Value,
    receive_count: u32,
}

/// A service that sends for one resource of the account.
#[derive(Debug, Serialize)]
struct Sender {
    sid: &'static str,
    service: &'static str,
    source: Value,
}

/// As long as SQS can: 14 days.
const LONGEST: u32 = 14 * 24 * 3600;

impl QueueView {
    /// A queue of what could not be processed.
    pub fn of_failures(scope: &Scope, id: &'static str, thing: &'static str) -> Self {
        Self {
            id,
            name: scope.name(thing),
            thing,
            deletion: scope.deletion_policy(),
            replace: scope.replace_policy(),
            retention_seconds: LONGEST,
            reading: None,
            senders: Vec::new(),
            tags: scope.tags.clone(),
        }
    }

    /// A queue that is read, and whose messages go to another one when they fail too often.
    #[must_use]
    pub(super) fn read(self, retention_hours: u32, visibility_seconds: u32, failing: (&Self, u32)) -> Self {
        let (dead_letters, receive_count) = failing;
        let dead_letters = json!({ "Fn::GetAtt": [dead_letters.id, "Arn"] });
        let reading = Some(Reading { visibility_seconds, dead_letters, receive_count });
        Self { retention_seconds: retention_hours * 3600, reading, ..self }
    }

    #[must_use]
    pub(super) fn with_sender(mut self, sid: &'static str, service: &'static str, source: Value) -> Self {
        self.senders.push(Sender { sid, service, source });
        self
    }

    pub(super) fn id(&self) -> &'static str {
        self.id
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn thing(&self) -> &'static str {
        self.thing
    }

    /// Sounds as soon as something waits in a queue of failures.
    pub fn alarms(&self, scope: &Scope, alerts: &Ref<Topic>) -> Vec<AlarmView> {
        let description = "Something could not be processed and waits here to be looked at";
        let depth = self.metric("ApproximateNumberOfMessagesVisible");
        vec![AlarmView::above(scope, alerts, (self.id, self.thing), "Depth", depth, 0, description)]
    }

    /// Sounds when a message waits for longer than a few rounds of work take.
    pub(super) fn late(&self, scope: &Scope, alerts: &Ref<Topic>, seconds: u32) -> AlarmView {
        let description = "What arrives is not processed in time";
        let age = self.metric("ApproximateAgeOfOldestMessage");
        AlarmView::above(scope, alerts, (self.id, self.thing), "Age", age, u64::from(seconds), description)
    }

    fn metric(&self, name: &'static str) -> Metric {
        Metric {
            namespace: "AWS/SQS",
            name,
            statistic: "Maximum",
            dimension: "QueueName",
            of: json!({ "Fn::GetAtt": [self.id, "QueueName"] }),
        }
    }
}
