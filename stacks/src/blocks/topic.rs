//! Topics with people who listen: encrypted with the stage's key, over TLS only.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;

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
    /// `email_id` is what the logical ids of subscriptions begin with. The rest is the address: were it a number, an address
    /// that is taken out would make the others change places, and CloudFormation would unsubscribe one that stays.
    pub fn new(scope: &Scope, (id, thing): (&'static str, &str), key: Value, email_id: &str, emails: &[Email]) -> Self {
        let subscriber = |address: &Email| Subscriber {
            id: format!("{email_id}{}", spelt(address.as_str())),
            address: address.to_string(),
        };
        let emails: BTreeSet<&Email> = emails.iter().collect();
        Self {
            id,
            name: scope.name(thing),
            key,
            alarms: false,
            emails: emails.into_iter().map(subscriber).collect(),
            tags: scope.tags.clone(),
        }
    }

    #[must_use]
    pub fn for_alarms(self) -> Self {
        Self { alarms: true, ..self }
    }
}

/// An address in letters and digits, another one for each: what is neither is written as its code.
fn spelt(address: &str) -> String {
    address.bytes().fold(String::new(), |mut id, byte| {
        if byte.is_ascii_alphanumeric() && byte != b'Z' {
            id.push(byte.into());
        } else {
            let _ = write!(id, "Z{byte:02x}");
        }
        id
    })
}

#[cfg(test)]
mod tests {
    use super::spelt;

    #[test]
    fn addresses_are_told_apart() {
        assert_eq!(spelt("on-call@example.com"), "onZ2dcallZ40exampleZ2ecom");
        assert_ne!(spelt("a.b@c.d"), spelt("a-b@c.d"));
        assert_ne!(spelt("aZ2eb@c.d"), spelt("a.b@c.d"));
    }
}
