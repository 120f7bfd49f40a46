//! The last delivery of a message: whoever has to mend what failed is told, since after it the message lies in the queue
//! of dead letters.

use contract::{Handle, Publish, Topic, Whole};
use std::{
    env,
    time::{Duration, Instant},
};

use crate::{Backoff, Notices, Pause, PortError, Publishable, Subject, Told, chain, retry::worth_another};

/// What a call may take, and a little for the answer. With less than that a notice is not begun.
const ROOM: Duration = Duration::from_secs(3);

/// An error is cut to this, far below what SNS takes.
const ERROR: usize = 4_000;

/// Where notices go, and what makes a delivery the last.
pub struct LastTry<'a, N, P> {
    pub topic: &'a Handle<Publish<Topic>>,
    pub tries: Whole,
    pub notices: &'a N,
    pub pause: &'a P,
}

/// A subject and a text, and how they are called in the log.
pub(crate) struct Notice {
    subject: Subject,
    text: String,
    of: String,
}

/// Notices of one invocation. Each is published as soon as there is reason to, since nobody knows whether the function
/// outlives the next object. Once one fails, it and all after it wait for the end, so that they take no time from objects.
pub(crate) struct Desk<'a, N, P> {
    last: &'a LastTry<'a, N, P>,
    end: Option<Instant>,
    waiting: Vec<Notice>,
}

impl<'a, N: Notices, P: Pause> Desk<'a, N, P> {
    pub(crate) fn new(last: &'a LastTry<'a, N, P>, end: Option<Instant>) -> Self {
        Self { last, end, waiting: Vec::new() }
    }

    /// Whether a message that was received so often is not delivered again.
    pub(crate) fn is_last(&self, received: u64) -> bool {
        received >= self.last.tries.0
    }

    pub(crate) async fn tell(&mut self, notice: Notice) {
        let wait = !self.waiting.is_empty() || !self.has_room() || self.publish(&notice).await.is_err();
        if wait {
            self.waiting.push(notice);
        }
    }

    /// Tries again with what is left. What cannot be told stands in the log, and changes no answer.
    pub(crate) async fn finish(self) {
        for notice in &self.waiting {
            let mut backoff = Backoff::new(2, Duration::from_millis(200));
            loop {
                if !self.has_room() {
                    tracing::error!("nobody was told of {}: there was no time left", notice.of);
                    break;
                }
                let Err(error) = self.publish(notice).await else { break };
                if !worth_another(&error, &mut backoff, self.last.pause).await {
                    tracing::error!("nobody was told of {}: {}", notice.of, chain(&error));
                    break;
                }
            }
        }
    }

    fn has_room(&self) -> bool {
        self.end.is_none_or(|end| end.saturating_duration_since(Instant::now()) >= ROOM)
    }

    async fn publish(&self, notice: &Notice) -> Result<(), PortError> {
        self.last.topic.publish(self.last.notices, &notice.subject, &notice.text).await
    }
}

impl Notice {
    /// Of an object whose message fails for the last time.
    pub(crate) fn of_object(told: &Told, message: &str, received: u64, error: &str) -> Self {
        let version = told.version.as_deref().unwrap_or("none");
        let object =
            format!("Bucket:   {}\nKey:      {}\nVersion:  {version}\n", plain(&told.bucket), plain(&told.key));
        let last = told.key.rsplit('/').next().unwrap_or_default();
        Self::new(last, told.uri(), &object, message, received, error)
    }

    /// Of a message that tells of no object that could be understood.
    pub(crate) fn of_message(message: &str, received: u64, error: &str) -> Self {
        Self::new("a message", format!("message {message}"), "", message, received, error)
    }

    fn new(what: &str, of: String, object: &str, message: &str, received: u64, error: &str) -> Self {
        let function = env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| "the function".to_owned());
        let error: String = plain(error).chars().take(ERROR).collect();
        let text = format!(
            "{function} has given up {}, after {received} tries.\n\n\
             Function: {function}\n{object}Message:  {}\nError:    {error}\n\n\
             The message now lies in the dead-letter queue, and is kept there for a while. Mend what the error says, then \
             bring it back with: cargo xtask redrive\n",
            plain(&of),
            plain(message),
        );
        Self { subject: Subject::new(&format!("{function} has given up {what}")), text, of }
    }
}

/// On one line: a key may have any character in it, and is to look like no other line of the text.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
#[path = "last_try_tests.rs"]
mod tests;
