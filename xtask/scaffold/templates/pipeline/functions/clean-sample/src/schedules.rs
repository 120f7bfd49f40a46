//! Random schedules: whatever fails, and however messages are delivered, what is written is what an undisturbed run
//! writes, to the byte. What is given up in the end was told, and nothing else.

use runtime::{
    Told,
    testing::{Dice, QueueSchedule, Upsets, for_each_queue, told},
};
use std::collections::BTreeMap;

use crate::bench::{Bench, bench};

/// A few files, some of them told of twice.
fn files(dice: &mut Dice) -> (Vec<(String, String)>, Vec<Told>) {
    let (mut files, mut tolds) = (Vec::new(), Vec::new());
    for number in 0..=dice.below(3) {
        let uri = format!("s3://in/sample/{number}.jsonl");
        let lines: Vec<String> = (0..dice.below(20)).map(|_| line(dice)).collect();
        tolds.push(told(&uri));
        if dice.percent(30) {
            tolds.push(told(&uri));
        }
        files.push((uri, lines.join("\n")));
    }
    (files, tolds)
}

fn line(dice: &mut Dice) -> String {
    match dice.below(6) {
        0 => "no record".to_owned(),
        1 => "{\"value\":1}".to_owned(),
        _ => format!("{{\"id\":\"{:x}\",\"gone\":null}}", dice.throw()),
    }
}

fn with(files: &[(String, String)], tries: usize, upsets: Upsets) -> Bench {
    let bench = bench(tries, upsets);
    for (uri, file) in files {
        bench.objects.place(uri, file.as_bytes());
    }
    bench
}

fn schedule(QueueSchedule { upsets, tries, mut dice }: QueueSchedule) {
    let (files, tolds) = files(&mut dice);
    let alone = |uri: &String| {
        let bench = with(&files, 1_000, Upsets::default());
        assert_eq!(bench.invoke(&[told(uri)]).response.failed().count(), 0);
        bench.written()
    };
    let expected: BTreeMap<String, _> = files.iter().map(|(uri, _)| (uri.clone(), alone(uri))).collect();
    with(&files, tries, upsets).deliver_all(&tolds, &expected, tries, dice);
}

#[test]
fn two_thousand_schedules_write_the_same_bytes() {
    for_each_queue(0..2_000, schedule);
}
