//! Random schedules: whatever fails, and however messages are delivered, what is written is what an undisturbed run
//! writes, to the byte. What is given up in the end was told, and nothing else.

use runtime::{
    Told,
    testing::{Dice, QueueSchedule, Upsets, for_each_queue, told},
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

fn bench(tries: usize, upsets: Upsets, objects: &[(String, Vec<u8>)]) -> Bench {
    let bench = Bench::trying(tries, upsets);
    for (uri, object) in objects {
        bench.objects.place(uri, object);
    }
    bench
}

fn schedule(QueueSchedule { upsets, tries, mut dice }: QueueSchedule) {
    let (objects, tolds) = objects(&mut dice);
    let alone = |uri: &String| {
        let bench = bench(1_000, Upsets::default(), &objects);
        assert_eq!(bench.invoke(&[told(uri)]).response.failed().count(), 0);
        bench.written()
    };
    let expected: BTreeMap<String, _> = objects.iter().map(|(uri, _)| (uri.clone(), alone(uri))).collect();
    let bench = bench(tries, upsets, &objects);
    bench.deliver_all(&tolds, &expected, tries, dice);
}

#[test]
fn five_thousand_schedules_write_the_same_bytes() {
    for_each_queue(0..5_000, schedule);
}

#[test]
fn five_thousand_more_schedules_write_the_same_bytes() {
    for_each_queue(5_000..10_000, schedule);
}
