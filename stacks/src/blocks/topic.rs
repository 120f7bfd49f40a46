//! Topics with people who listen: encrypted with the stage's key, over TLS only.

use serde::Serialize;
use serde_json::Value;

use super::{Scope, Tags};
use crate::stage::Email;

#[derive(Debug, Serialize)]
pub struct TopicView {
    id: &'static str,
    name: String,
    key: Value,
    /// Whether alarms may publish, beside the account's own roles.
    alarms: bool,
    emails: Vec<Subscriber>,
    tags: Tags,
}

#[derive(Debug, Serialize)]
struct Subscriber {
    id: String,
    address: String,
}

impl TopicView {
    /// `email_id` is what the logical ids of subscriptions begin with.
    pub fn new(scope: &Scope, (id, thing): (&'static str, &str), key: Value, email_id: &str, emails: &[Email]) -> Self {
        let subscriber = |(index, address): (usize, &Email)| Subscriber {
            id: format!("{email_id}{}", index + 1),
            address: address.to_string(),
        };
        Self {
            id,
            name: scope.name(thing),
            key,
            alarms: false,
            emails: emails.iter().enumerate().map(subscriber).collect(),
            tags: scope.tags.clone(),
        }
    }

    #[must_use]
    pub fn for_alarms(self) -> Self {
        Self { alarms: true, ..self }
    }
}
