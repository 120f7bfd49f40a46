//! Random schedules of one stream: what is on it, how it is delivered, and how often calls fail, all from one seed.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use super::{Dice, Poller, Upsets};
use crate::RecordSchema;

/// Which of the numbers on the stream are trips: five of seven.
pub fn is_trip(number: u64) -> bool {
    number % 7 < 5
}

/// As small as can be, since there are so many.
pub fn small_record(number: u64) -> String {
    if is_trip(number) { format!("{{\"n\":{number}}}") } else { format!("no trip {number}") }
}

/// The schema that small records satisfy.
pub fn small_schema() -> RecordSchema {
    RecordSchema::compile(Path::new("any.json"), r#"{"type": "object"}"#).expect("it is a schema")
}

/// One stream, from its first delivery until all of it is settled.
pub struct Schedule {
    pub upsets: Upsets,
    pub numbers: Vec<u64>,
    pub poller: Poller,
}

impl Schedule {
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let percent = [0, 5, 20, 50][dice.below(4)];
        let upsets = Upsets::default().by_chance(Dice::new(dice.throw()), percent);
        // Around numbers that get longer, and around midnight of the first day, which is 86,400.
        let mut number = [1, 93, 86_385, 99_990][dice.below(4)];
        let mut numbers = Vec::new();
        for _ in 0..=dice.below(24) {
            numbers.push(number);
            number += 1 + u64::from(dice.percent(30));
        }
        let lanes = 1 + dice.below(3);
        let poller = Poller::new(&numbers, lanes, dice);
        Self { upsets, numbers, poller }
    }
}

/// Runs each schedule; of one that fails, the seed is told.
#[expect(clippy::print_stderr, reason = "the seed is what repeats a failure")]
pub fn for_each_seed(seeds: Range<u64>, run: impl Fn(Schedule)) {
    for seed in seeds {
        if let Err(failure) = catch_unwind(AssertUnwindSafe(|| run(Schedule::of(seed)))) {
            eprintln!("the schedule of seed {seed} failed");
            resume_unwind(failure);
        }
    }
}
