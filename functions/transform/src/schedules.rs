//! Random schedules: whatever fails, and however messages are delivered, what is written is what an undisturbed run
//! writes, to the byte.

use runtime::{
    Told,
    testing::{Dice, QueueSchedule, Upsets, deliver, for_each_queue, told},
};
use std::collections::BTreeMap;

use crate::bench::{Bench, gzip, listing, zip};

/// A few objects, some of them told of twice.
fn objects(dice: &mut Dice) -> (Vec<(String, Vec<u8>)>, Vec<Told>) {
    let (mut objects, mut tolds) = (Vec::new(), Vec::new());
    for number in 0..=dice.below(3) {
        let uri = format!("s3://in/flats/{number}");
        let lines: Vec<String> = (0..dice.below(9)).map(|_| line(dice)).collect();
        let text = lines.join("\n").into_bytes();
        let object = match dice.below(3) {
            0 => text,
            1 => gzip(&text),
            _ => zip(&[("a.jsonl", &text), ("b.jsonl", listing(7, "").as_bytes())]),
        };
        tolds.push(told(&uri));
        if dice.percent(30) {
            tolds.push(told(&uri));
        }
        objects.push((uri, object));
    }
    (objects, tolds)
}

fn line(dice: &mut Dice) -> String {
    match dice.below(6) {
        0 => "no listing".to_owned(),
        1 => r#"{"ok":false}"#.to_owned(),
        _ => listing(dice.throw(), &format!("{:x}", dice.throw())),
    }
}

fn bench(upsets: Upsets, objects: &[(String, Vec<u8>)]) -> Bench {
    let bench = Bench::new(upsets);
    for (uri, object) in objects {
        bench.objects.place(uri, object);
    }
    bench
}

fn schedule(QueueSchedule { upsets, mut dice }: QueueSchedule) {
    let (objects, tolds) = objects(&mut dice);
    let alone = |uri: &String| {
        let bench = bench(Upsets::default(), &objects);
        assert_eq!(bench.invoke(&[told(uri)]).response.failed().count(), 0);
        bench.written()
    };
    let expected: BTreeMap<String, _> = objects.iter().map(|(uri, _)| (uri.clone(), alone(uri))).collect();
    let bench = bench(upsets, &objects);
    deliver(
        tolds.len(),
        30,
        dice,
        || bench.upsets.end(),
        |batch| {
            let batch_tolds: Vec<Told> = batch.iter().map(|number| tolds[*number].clone()).collect();
            let answer = bench.invoke(&batch_tolds);
            assert_eq!(answer.counts.input, answer.counts.out + answer.counts.dropped + answer.counts.rejected);
            if bench.upsets.take_crash() {
                return None;
            }
            let failed: Vec<usize> = answer
                .response
                .failed()
                .filter_map(|id| batch.get(id.strip_prefix("message-")?.parse::<usize>().ok()?).copied())
                .collect();
            let written = bench.written();
            for number in batch.iter().filter(|number| !failed.contains(number)) {
                for (uri, body) in &expected[&tolds[*number].uri()] {
                    assert_eq!(written.get(uri), Some(body), "{uri} is settled and not written");
                }
            }
            Some(failed)
        },
    );
    let all: BTreeMap<_, _> = expected.into_values().flatten().collect();
    assert_eq!(bench.written(), all);
    assert_eq!(bench.objects.changed(), [""; 0], "something was overwritten with something else");
}

#[test]
fn five_thousand_schedules_write_the_same_bytes() {
    for_each_queue(0..5_000, schedule);
}

#[test]
fn five_thousand_more_schedules_write_the_same_bytes() {
    for_each_queue(5_000..10_000, schedule);
}
