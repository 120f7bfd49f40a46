//! Batches: what is settled, what fails, and what there is no time for.

use super::*;
use crate::testing::{MemoryNotices, Watch, queue_event, run, told};
use contract::{Handle, Whole};
use serde_json::json;
use std::cell::RefCell;

/// Without a message that is delivered for the last time.
fn answer(
    event: QueueEvent,
    end: Option<Instant>,
    work: impl AsyncFnMut(&Told) -> Result<Counts, BoxError>,
) -> Result<Answer<QueueResponse>, BadQueueEvent> {
    let (topic, notices, pause) = (Handle::named("arn:topic"), MemoryNotices::default(), Watch::default());
    let last = LastTry { topic: &topic, tries: Whole(2), notices: &notices, pause: &pause };
    let answer = run(each_object(event, end, &last, work));
    assert_eq!(notices.published(), []);
    answer
}

/// Works on everything but keys that say they are broken; gives the failed messages, the keys, and the counts.
fn work(event: QueueEvent) -> (Vec<String>, Vec<String>, Counts) {
    let keys = RefCell::new(Vec::new());
    let answer = answer(event, None, async |told| {
        keys.borrow_mut().push(told.key.clone());
        if told.key.contains("broken") { Err("broken".into()) } else { Ok(Counts { input: 2, ..Counts::default() }) }
    });
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
    let error = answer(event, None, async |_| Ok(Counts::default())).unwrap_err();
    assert_eq!(error.to_string(), "message 1 of the batch has no id");
}

#[test]
fn what_there_is_no_time_for_is_handed_back_and_the_first_is_always_tried() {
    let objects = ["s3://in/a", "s3://in/b", "s3://in/a", "s3://in/c"].map(told);
    let worked = RefCell::new(0);
    let answer = answer(queue_event(&objects), Some(Instant::now() + SPARE / 2), async |_| {
        *worked.borrow_mut() += 1;
        Ok(Counts::default())
    });
    let answer = answer.unwrap();
    assert_eq!(worked.into_inner(), 1);
    assert_eq!(answer.response.failed().collect::<Vec<_>>(), ["message-1", "message-3"]);
}

#[test]
fn the_answer_is_as_lambda_asks() {
    let failure = MessageFailure { item_identifier: "m".to_owned() };
    let response = QueueResponse { batch_item_failures: vec![failure] };
    assert_eq!(serde_json::to_value(&response).unwrap(), json!({ "batchItemFailures": [{ "itemIdentifier": "m" }] }));
}
