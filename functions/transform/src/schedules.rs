//! Random schedules: whatever fails, and however messages are delivered, what is written is what an undisturbed run
//! writes, to the byte. What is given up in the end was told, and nothing else.

use runtime::{
    Told,
    testing::{Dice, Handed, QueueSchedule, Upsets, deliver, for_each_queue, told},
};
use std::collections::{BTreeMap, BTreeSet};

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
    let uri = |message: &usize| tolds[*message].uri();
    let mut unheard: BTreeSet<String> = BTreeSet::new();
    let given_up = deliver(
        tolds.len(),
        tries,
        30,
        dice,
        || bench.upsets.end(),
        |batch| {
            let batch_tolds: Vec<Told> = batch.iter().map(|one| tolds[one.message].clone()).collect();
            let times: Vec<usize> = batch.iter().map(|one| one.time).collect();
            let answer = bench.invoke_again(&batch_tolds, &times);
            assert_eq!(answer.counts.input, answer.counts.out + answer.counts.dropped + answer.counts.rejected);
            if bench.upsets.take_crash() {
                unheard.extend(batch.iter().filter(|one| one.time == tries).map(|one| uri(&one.message)));
                return None;
            }
            let place = |id: &str| id.strip_prefix("message-")?.parse::<usize>().ok();
            let failed: BTreeSet<usize> = answer.response.failed().filter_map(place).collect();
            let (failed, settled): (Vec<_>, Vec<_>) = batch.iter().enumerate().partition(|(at, _)| failed.contains(at));
            let numbers =
                |some: Vec<(usize, &Handed)>| some.into_iter().map(|(_, one)| one.message).collect::<Vec<_>>();
            let written = bench.written();
            for number in numbers(settled) {
                for (uri, body) in &expected[&uri(&number)] {
                    assert_eq!(written.get(uri), Some(body), "{uri} is settled and not written");
                }
            }
            Some(numbers(failed))
        },
    );
    let all: BTreeMap<_, _> = expected.into_values().flatten().collect();
    let written = bench.written();
    assert!(written.iter().all(|(uri, body)| all.get(uri) == Some(body)));
    assert!(written.len() == all.len() || !given_up.is_empty(), "something is missing");
    let (given_up, told): (BTreeSet<_>, _) = (given_up.iter().map(uri).collect(), bench.notices.objects());
    assert!(told.is_subset(&given_up), "somebody was told of what was settled");
    assert!(given_up.iter().all(|uri| told.contains(uri) || unheard.contains(uri)), "nobody was told");
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
