//! Random schedules: whatever fails, and however messages are delivered, what is written is what an undisturbed run
//! writes, to the byte. What is given up in the end was told, and nothing else.

use contract::consolidate::Choose;
use runtime::{
    Told,
    testing::{Dice, QueueSchedule, Upsets, Written, for_each_queue, told},
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

fn bench(tries: usize, upsets: Upsets, choose: Choose, files: &[(String, String)]) -> Bench {
    let bench = Bench::trying(tries, upsets, choose);
    for (uri, file) in files {
        bench.objects.place(uri, file.as_bytes());
    }
    bench
}

/// What each catalogue comes to if nothing goes wrong.
fn undisturbed(choose: Choose, files: &[(String, String)]) -> BTreeMap<String, Written> {
    let alone = |uri: &String| {
        let bench = bench(1_000, Upsets::default(), choose, files);
        assert_eq!(bench.invoke(&[told(uri)]).response.failed().count(), 0);
        bench.written()
    };
    files.iter().map(|(uri, _)| (uri.clone(), alone(uri))).collect()
}

fn schedule(QueueSchedule { upsets, tries, mut dice }: QueueSchedule) {
    let choose = if dice.percent(20) { Choose::PerFile } else { Choose::PerAccommodation };
    let (files, tolds) = catalogues(&mut dice);
    let expected = undisturbed(choose, &files);
    let bench = bench(tries, upsets, choose, &files);
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
