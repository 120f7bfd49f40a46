//! Notices to people: the port, and what a handle on a topic can do.

use contract::{Handle, Publish, Topic};
use std::{future::Future, rc::Rc};

use crate::{Fault, PortError};

/// What SNS takes as a subject at most.
const SUBJECT: usize = 100;

/// A topic, named by a granted handle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopicName(String);

impl TopicName {
    pub fn arn(&self) -> &str {
        &self.0
    }

    pub(crate) fn failed(&self, fault: Fault) -> PortError {
        PortError::new("publish a notice to", &self.0, fault)
    }
}

/// The subject of a mail: printable ASCII, on one line, of the length that SNS takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// What cannot stand in a subject is replaced, and what is too long ends in dots.
    pub fn new(text: &str) -> Self {
        let printable = |c: char| if matches!(c, ' '..='~') { c } else { '?' };
        // SNS refuses a subject that begins with a space, or is none.
        let mut subject: String = text.trim().chars().map(printable).collect();
        if subject.is_empty() {
            subject.push('?');
        }
        if subject.len() > SUBJECT {
            subject.truncate(SUBJECT - 3);
            subject.push_str("...");
        }
        Self(subject)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// SNS, one call.
pub trait Notices {
    fn publish(&self, topic: &TopicName, subject: &Subject, text: &str) -> impl Future<Output = Result<(), PortError>>;
}

impl<N: Notices> Notices for Rc<N> {
    async fn publish(&self, topic: &TopicName, subject: &Subject, text: &str) -> Result<(), PortError> {
        (**self).publish(topic, subject, text).await
    }
}

/// Of a topic that may be published to.
pub trait Publishable {
    fn publish(
        &self,
        notices: &impl Notices,
        subject: &Subject,
        text: &str,
    ) -> impl Future<Output = Result<(), PortError>>;
}

impl Publishable for Handle<Publish<Topic>> {
    async fn publish(&self, notices: &impl Notices, subject: &Subject, text: &str) -> Result<(), PortError> {
        notices.publish(&TopicName(self.name().to_owned()), subject, text).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_subject_is_what_sns_takes() {
        assert_eq!(Subject::new(" caf\u{e9}\nthere").as_str(), "caf??there");
        assert_eq!(Subject::new("").as_str(), "?");
        assert_eq!(Subject::new(&"x".repeat(100)).as_str(), "x".repeat(100));
        assert_eq!(Subject::new(&"x".repeat(101)).as_str(), "x".repeat(97) + "...");
    }

    proptest! {
        #[test]
        fn any_text_makes_one(text: String) {
            let subject = Subject::new(&text);
            prop_assert!((1..=SUBJECT).contains(&subject.as_str().len()));
            prop_assert!(subject.as_str().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            prop_assert!(!subject.as_str().starts_with(' '));
        }
    }
}
