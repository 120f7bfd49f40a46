//! A batch of a queue whose messages tell of objects: each object worked on once, each message answered for.

use contract::QueueEvent;
use serde::Serialize;
use std::{
    collections::{HashMap, hash_map::Entry},
    error::Error,
    mem,
    time::{Duration, Instant},
};

use crate::{
    Answer, BadNotification, Counts, LastTry, Notices, Pause, Told, chain,
    last_try::{Desk, Notice},
};

type BoxError = Box<dyn Error + Send + Sync>;

/// For an object that takes longer than those before it, and for the answer.
const SPARE: Duration = Duration::from_secs(5);

/// The attribute in which SQS says how often it has handed out a message.
const RECEIVED: &str = "ApproximateReceiveCount";

/// How Lambda is told which messages stay in the queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueResponse {
    batch_item_failures: Vec<MessageFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageFailure {
    item_identifier: String,
}

impl QueueResponse {
    /// The ids of the messages that are delivered again.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        self.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str())
    }
}

/// A batch that cannot be answered message by message, so that all of it is delivered again.
#[derive(Debug, thiserror::Error)]
#[error("message {position} of the batch has no id")]
pub struct BadQueueEvent {
    position: usize,
}

/// A message, and what it tells of.
struct Message {
    id: String,
    /// How often it was handed out, this time included.
    received: u64,
    told: Result<Vec<Told>, BadNotification>,
}

/// What became of an object.
enum Done {
    Settled,
    Failed { why: String, noticed: bool },
}

/// Works on each object that the messages of a batch tell of, in their order, one after the other. An object that is
/// told of twice is worked on once. A message is settled if all of its objects are; what fails is logged with its
/// bucket, key and cause, and concerns no other message. Of what fails in the last delivery of its message a notice is
/// published, one an object.
///
/// If an end is given, and what is left until then is less than the longest object has taken so far, the rest is
/// handed back rather than begun: being killed would repeat the whole batch, and again, and again.
///
/// The counts are those of settled objects; `returned` counts messages.
pub async fn each_object<N: Notices, P: Pause>(
    event: QueueEvent,
    end: Option<Instant>,
    last: &LastTry<'_, N, P>,
    mut work: impl AsyncFnMut(&Told) -> Result<Counts, BoxError>,
) -> Result<Answer<QueueResponse>, BadQueueEvent> {
    let (mut all, mut counts, mut response) = (HashMap::new(), Counts::default(), QueueResponse::default());
    let (mut pace, mut desk) = (Pace { end, longest: None }, Desk::new(last, end));
    for message in messages(event)? {
        let is_last = desk.is_last(message.received);
        let (objects, mut good) = message.objects();
        if let (Err(error), true) = (&message.told, is_last) {
            desk.tell(Notice::of_message(&message.id, message.received, &chain(error))).await;
        }
        for told in objects {
            let done = match all.entry((told.uri(), told.state().to_owned())) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) if pace.is_over() => new.insert(unbegun(told)),
                Entry::Vacant(new) => {
                    let begun = Instant::now();
                    // On the heap: within each other, the states of these futures are more than the compiler likes.
                    let done = finished(told, Box::pin(work(told)).await, &mut counts);
                    pace.longest = pace.longest.max(Some(begun.elapsed()));
                    new.insert(done)
                }
            };
            let Done::Failed { why, noticed } = done else { continue };
            good = false;
            if is_last && !mem::replace(noticed, true) {
                desk.tell(Notice::of_object(told, &message.id, message.received, why)).await;
            }
        }
        if !good {
            counts.returned += 1;
            response.batch_item_failures.push(MessageFailure { item_identifier: message.id });
        }
    }
    desk.finish().await;
    Ok(Answer { response, counts })
}

fn finished(told: &Told, done: Result<Counts, BoxError>, counts: &mut Counts) -> Done {
    match done {
        Ok(counted) => {
            *counts += counted;
            Done::Settled
        }
        Err(error) => {
            let why = chain(&*error);
            tracing::error!(bucket = told.bucket, key = told.key, "{} stays in the queue: {why}", told.uri());
            Done::Failed { why, noticed: false }
        }
    }
}

fn unbegun(told: &Told) -> Done {
    let why = "there was no time left for it beside the others of its batch".to_owned();
    tracing::warn!("{} stays in the queue: {why}", told.uri());
    Done::Failed { why, noticed: false }
}

/// How long objects take, and until when there is time.
struct Pace {
    end: Option<Instant>,
    longest: Option<Duration>,
}

impl Pace {
    /// Never before the first object.
    fn is_over(&self) -> bool {
        let left = self.end.map(|end| end.saturating_duration_since(Instant::now()));
        left.zip(self.longest).is_some_and(|(left, longest)| left < longest + SPARE)
    }
}

impl Message {
    /// With whether it could be understood.
    fn objects(&self) -> (&[Told], bool) {
        match &self.told {
            Ok(told) => (told, true),
            Err(error) => {
                tracing::error!("message {} stays in the queue: {}", self.id, chain(error));
                (&[], false)
            }
        }
    }
}

/// A message that was delivered twice in one batch is there once.
fn messages(event: QueueEvent) -> Result<Vec<Message>, BadQueueEvent> {
    let mut messages: Vec<Message> = Vec::with_capacity(event.records.len());
    for (record, position) in event.records.into_iter().zip(1..) {
        let id = record.message_id.filter(|id| !id.is_empty()).ok_or(BadQueueEvent { position })?;
        if !messages.iter().any(|message| message.id == id) {
            // SQS always says it. What does not is taken for the first time, which no notice follows.
            let received = record.attributes.get(RECEIVED).and_then(|count| count.parse().ok()).unwrap_or(1);
            messages.push(Message { id, received, told: Told::parse(&record.body.unwrap_or_default()) });
        }
    }
    Ok(messages)
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
