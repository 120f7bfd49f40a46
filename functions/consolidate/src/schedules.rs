//! Random schedules: whatever fails, and however messages are delivered, what is written is what an undisturbed run
//! writes, to the byte.

use contract::consolidate::Choose;
use runtime::{
    Told,
    testing::{Dice, QueueSchedule, Upsets, deliver, for_each_queue, told},
};
use std::collections::BTreeMap;

use crate::bench::{Bench, offer};

/// A few catalogues, some of them told of twice.
fn catalogues(dice: &mut Dice) -> (Vec<(String, String)>, Vec<Told>) {
    let mut files = Vec::new();
    let mut tolds = Vec::new();
    for number in 0..=dice.below(3) {
        let uri = format!("s3://in/accommodation/{number}.jsonl");
        let offers: Vec<String> = (0..dice.below(9)).map(|_| record(dice)).collect();
        let file = if dice.percent(30) { format!("[{}]", offers.join(",\n")) } else { offers.join("\n") };
        tolds.push(told(&uri));
        if dice.percent(30) {
            tolds.push(told(&uri));
        }
        files.push((uri, file));
    }
    (files, tolds)
}

fn record(dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => format!("{{\"no offer\":{}}}", dice.below(9)),
        partner => {
            offer(["best", "good", "other"][partner % 3], &dice.below(6).to_string(), &dice.below(9).to_string())
        }
    }
}

fn bench(upsets: Upsets, choose: Choose, files: &[(String, String)]) -> Bench {
    let bench = Bench::new(upsets, choose);
    for (uri, file) in files {
        bench.objects.place(uri, file.as_bytes());
    }
    bench
}

/// What each catalogue comes to if nothing goes wrong.
fn undisturbed(choose: Choose, files: &[(String, String)]) -> BTreeMap<String, BTreeMap<String, Vec<u8>>> {
    let alone = |uri: &String| {
        let bench = bench(Upsets::default(), choose, files);
        assert_eq!(bench.invoke(&[told(uri)]).response.failed().count(), 0);
        bench.written()
    };
    files.iter().map(|(uri, _)| (uri.clone(), alone(uri))).collect()
}

fn schedule(QueueSchedule { upsets, mut dice }: QueueSchedule) {
    let choose = if dice.percent(20) { Choose::PerFile } else { Choose::PerAccommodation };
    let (files, tolds) = catalogues(&mut dice);
    let expected = undisturbed(choose, &files);
    let bench = bench(upsets, choose, &files);
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
