//! Who is told of what, and when.

use contract::QueueEvent;
use std::rc::Rc;

use super::*;
use crate::{
    Counts, Fault, each_object,
    testing::{MemoryNotices, Upset, Upsets, Watch, queue_event, received, run, told},
};

const TRIES: u64 = 10;

/// Works on these, of which keys that say so are broken; gives what was published and the messages that failed.
fn work(event: QueueEvent, left: Option<Duration>, upsets: Upsets) -> (Vec<(String, String)>, Vec<String>) {
    let (topic, notices, pause) = (Handle::named("arn:topic"), MemoryNotices::new(Rc::new(upsets)), Watch::default());
    let last = LastTry { topic: &topic, tries: Whole(TRIES), notices: &notices, pause: &pause };
    let answer = run(each_object(event, left.map(|left| Instant::now() + left), &last, async |told| {
        if told.key.contains("broken") {
            Err("its gzip data is broken\nor cut off".into())
        } else {
            Ok(Counts::default())
        }
    }));
    let failed = answer.unwrap().response.failed().map(str::to_owned).collect();
    (notices.published(), failed)
}

fn event(objects: &[(&str, usize)]) -> QueueEvent {
    let tolds: Vec<Told> = objects.iter().map(|(uri, _)| told(uri)).collect();
    let times: Vec<usize> = objects.iter().map(|(_, times)| *times).collect();
    received(queue_event(&tolds), &times)
}

#[test]
fn the_notice_names_the_object_the_error_and_what_to_do() {
    let (notices, failed) = work(event(&[("s3://in/a b/broken\nkey", 10)]), None, Upsets::default());
    let [(subject, text)] = &notices[..] else { panic!("{notices:?}") };
    assert_eq!(subject, "the function has given up broken?key");
    assert_eq!(failed, ["message-0"]);
    let said = [
        "the function has given up s3://in/a b/broken\u{fffd}key, after 10 tries.",
        "Function: the function",
        "Bucket:   in",
        "Key:      a b/broken\u{fffd}key",
        "Version:  v1",
        "Message:  message-0",
        "Error:    its gzip data is broken\u{fffd}or cut off",
    ];
    for line in said {
        assert!(text.lines().any(|there| there == line), "{line}: {text}");
    }
    assert!(text.contains("lies in the dead-letter queue") && text.contains("cargo xtask redrive"));
}

#[test]
fn only_what_fails_for_the_last_time_is_told() {
    let objects = [("s3://in/broken 1", 9), ("s3://in/good", 10), ("s3://in/broken 2", 10), ("s3://in/broken 3", 11)];
    let (notices, failed) = work(event(&objects), None, Upsets::default());
    let subjects: Vec<&str> = notices.iter().map(|(subject, _)| subject.rsplit(' ').next().unwrap()).collect();
    assert_eq!((subjects, failed.len()), (vec!["2", "3"], 3));
    let mut unsaid = event(&objects);
    unsaid.records.iter_mut().for_each(|message| message.attributes.clear());
    assert_eq!(work(unsaid, None, Upsets::default()).0, []);
}

#[test]
fn of_an_object_that_is_told_of_twice_there_is_one_notice() {
    for times in [[9, 10], [10, 9], [10, 10]] {
        let objects = [("s3://in/broken", times[0]), ("s3://in/broken", times[1])];
        let (notices, failed) = work(event(&objects), None, Upsets::default());
        assert_eq!((notices.len(), failed.len()), (1, 2), "{times:?}");
    }
}

#[test]
fn a_message_that_cannot_be_understood_is_told_too() {
    let mut event = event(&[("s3://in/good", 10)]);
    event.records[0].body = Some("what".to_owned());
    let (notices, _) = work(event, None, Upsets::default());
    assert_eq!(notices[0].0, "the function has given up a message");
    assert!(notices[0].1.contains("the message is not JSON") && !notices[0].1.contains("Bucket:"));
}

#[test]
fn what_there_was_no_time_for_is_told_if_there_is_time_for_that() {
    let objects = [("s3://in/a", 10), ("s3://in/b", 10)];
    let (notices, failed) = work(event(&objects), Some(ROOM + Duration::from_secs(1)), Upsets::default());
    assert!(notices[0].1.contains("Key:      b") && notices[0].1.contains("there was no time left for it"));
    assert_eq!(failed, ["message-1"]);
    assert_eq!(work(event(&objects), Some(ROOM / 2), Upsets::default()), (vec![], vec!["message-1".to_owned()]));
}

#[test]
fn a_notice_that_fails_comes_at_the_end_or_never_and_changes_no_answer() {
    let objects = [("s3://in/broken 1", 10), ("s3://in/broken 2", 10), ("s3://in/good", 10)];
    let passing = Upset::Before(Fault::Passing);
    let many = (1..=20).fold(Upsets::default(), |upsets, call| upsets.at(call, passing));
    for (upsets, published) in [
        (Upsets::default().at(1, passing).at(2, passing), 2),
        (Upsets::default().at(1, Upset::Before(Fault::AccessDenied)).at(2, passing), 2),
        (many, 0),
    ] {
        let (notices, failed) = work(event(&objects), None, upsets);
        assert_eq!((notices.len(), failed), (published, vec!["message-0".to_owned(), "message-1".to_owned()]));
    }
}

#[test]
fn a_long_error_is_cut() {
    let notice = Notice::of_object(&told("s3://in/a"), "m", 10, &"x".repeat(1_000_000));
    assert!(notice.text.len() < 2 * ERROR && notice.text.contains("cargo xtask redrive"));
}
