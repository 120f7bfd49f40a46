//! A batch of a queue whose messages tell of objects: each object worked on once, each message answered for.

use contract::QueueEvent;
use serde::Serialize;
use std::{
    collections::HashMap,
    error::Error,
    time::{Duration, Instant},
};

use crate::{Answer, BadNotification, Counts, Told, chain};

type BoxError = Box<dyn Error + Send + Sync>;

/// For an object that takes longer than those before it, and for the answer.
const SPARE: Duration = Duration::from_secs(5);

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
    told: Result<Vec<Told>, BadNotification>,
}

/// Works on each object that the messages of a batch tell of, in their order, one after the other. An object that is
/// told of twice is worked on once. A message is settled if all of its objects are; what fails is logged with its
/// bucket, key and cause, and concerns no other message.
///
/// If an end is given, and what is left until then is less than the longest object has taken so far, the rest is
/// handed back rather than begun: being killed would repeat the whole batch, and again, and again.
///
/// The counts are those of settled objects; `returned` counts messages.
pub async fn each_object(
    event: QueueEvent,
    end: Option<Instant>,
    mut work: impl AsyncFnMut(&Told) -> Result<Counts, BoxError>,
) -> Result<Answer<QueueResponse>, BadQueueEvent> {
    let (mut settled, mut counts, mut response) = (HashMap::new(), Counts::default(), QueueResponse::default());
    let mut pace = Pace { end, longest: None };
    for message in messages(event)? {
        let mut good = true;
        for told in message.objects() {
            let state = (told.uri(), told.state().to_owned());
            let done = match settled.get(&state) {
                Some(done) => *done,
                None if pace.is_over() => {
                    tracing::warn!("{} stays in the queue: there is no time left for it", told.uri());
                    false
                }
                None => {
                    let begun = Instant::now();
                    // On the heap: within each other, the states of these futures are more than the compiler likes.
                    let done = finished(told, Box::pin(work(told)).await, &mut counts);
                    pace.longest = pace.longest.max(Some(begun.elapsed()));
                    done
                }
            };
            settled.insert(state, done);
            good &= done;
        }
        if message.told.is_err() || !good {
            counts.returned += 1;
            response.batch_item_failures.push(MessageFailure { item_identifier: message.id });
        }
    }
    Ok(Answer { response, counts })
}

/// Whether an object is settled.
fn finished(told: &Told, done: Result<Counts, BoxError>, counts: &mut Counts) -> bool {
    match done {
        Ok(counted) => {
            *counts += counted;
            true
        }
        Err(error) => {
            let cause = chain(&*error);
            tracing::error!(bucket = told.bucket, key = told.key, "{} stays in the queue: {cause}", told.uri());
            false
        }
    }
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
    fn objects(&self) -> &[Told] {
        match &self.told {
            Ok(told) => told,
            Err(error) => {
                tracing::error!("message {} stays in the queue: {}", self.id, chain(error));
                &[]
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
            messages.push(Message { id, told: Told::parse(&record.body.unwrap_or_default()) });
        }
    }
    Ok(messages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{queue_event, run, told};
    use serde_json::json;
    use std::cell::RefCell;

    /// Works on everything but keys that say they are broken; gives the failed messages, the keys, and the counts.
    fn work(event: QueueEvent) -> (Vec<String>, Vec<String>, Counts) {
        let keys = RefCell::new(Vec::new());
        let answer = run(each_object(event, None, async |told| {
            keys.borrow_mut().push(told.key.clone());
            if told.key.contains("broken") {
                Err("broken".into())
            } else {
                Ok(Counts { input: 2, ..Counts::default() })
            }
        }));
        let answer = answer.unwrap();
        (answer.response.failed().map(str::to_owned).collect(), keys.into_inner(), answer.counts)
    }

    #[test]
    fn each_message_is_settled_or_failed_on_its_own() {
        let objects = ["s3://in/a", "s3://in/broken", "s3://in/c"].map(told);
        let (failed, keys, counts) = work(queue_event(&objects));
        assert_eq!((failed, keys), (vec!["message-1".to_owned()], ["a", "broken", "c"].map(str::to_owned).to_vec()));
        assert_eq!((counts.input, counts.returned), (4, 1));
    }

    #[test]
    fn an_object_told_twice_is_worked_on_once_and_answered_for_twice() {
        let objects = ["s3://in/a", "s3://in/broken", "s3://in/a", "s3://in/broken"].map(told);
        let (failed, keys, counts) = work(queue_event(&objects));
        assert_eq!(failed, ["message-1", "message-3"]);
        assert_eq!((keys.len(), counts.input), (2, 2));
    }

    #[test]
    fn a_message_that_tells_nothing_understandable_fails_alone() {
        let mut event = queue_event(&["s3://in/a", "s3://in/b"].map(told));
        event.records[0].body = None;
        event.records[1].message_id = event.records[0].message_id.clone();
        assert_eq!(work(event).0, ["message-0"], "and a message that is there twice is answered for once");
        let mut event = queue_event(&["s3://in/a"].map(told));
        event.records[0].message_id = None;
        let error = run(each_object(event, None, async |_| Ok(Counts::default()))).unwrap_err();
        assert_eq!(error.to_string(), "message 1 of the batch has no id");
    }

    #[test]
    fn what_there_is_no_time_for_is_handed_back_and_the_first_is_always_tried() {
        let objects = ["s3://in/a", "s3://in/b", "s3://in/a", "s3://in/c"].map(told);
        let worked = RefCell::new(0);
        let answer = run(each_object(queue_event(&objects), Some(Instant::now() + SPARE / 2), async |_| {
            *worked.borrow_mut() += 1;
            Ok(Counts::default())
        }));
        let answer = answer.unwrap();
        assert_eq!(worked.into_inner(), 1);
        assert_eq!(answer.response.failed().collect::<Vec<_>>(), ["message-1", "message-3"]);
    }

    #[test]
    fn the_answer_is_as_lambda_asks() {
        let failure = MessageFailure { item_identifier: "m".to_owned() };
        let response = QueueResponse { batch_item_failures: vec![failure] };
        assert_eq!(
            serde_json::to_value(&response).unwrap(),
            json!({ "batchItemFailures": [{ "itemIdentifier": "m" }] })
        );
    }
}
