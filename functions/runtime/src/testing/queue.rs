//! Lambda's side of a queue: what it delivers, in which batches, and how often.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::{Dice, Upsets};

/// One queue, until all of its messages are settled.
pub struct QueueSchedule {
    pub upsets: Upsets,
    pub dice: Dice,
}

impl QueueSchedule {
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let percent = [0, 2, 5, 20][dice.below(4)];
        let upsets = Upsets::default().by_chance(Dice::new(dice.throw()), percent);
        Self { upsets, dice }
    }
}

/// Delivers so many messages in batches of any order, some of them again although they are settled, until none is
/// left. The function is told the numbers of a batch and answers with those that failed, or with nothing if it was
/// killed. After so many deliveries `calm` is called once, after which nothing may go wrong.
///
/// # Panics
/// If it does not come to an end then.
pub fn deliver(
    messages: usize,
    deliveries: usize,
    mut dice: Dice,
    mut calm: impl FnMut(),
    mut invoke: impl FnMut(&[usize]) -> Option<Vec<usize>>,
) {
    let (mut waiting, mut settled): (Vec<usize>, Vec<usize>) = ((0..messages).collect(), Vec::new());
    for delivery in 0.. {
        if delivery == deliveries {
            calm();
        }
        assert!(delivery <= deliveries + messages, "messages are delivered again and again");
        if waiting.is_empty() {
            return;
        }
        dice.shuffle(&mut waiting);
        let mut batch: Vec<usize> = waiting[..=dice.below(waiting.len())].to_vec();
        if let Some(again) = settled.get(dice.below(2 * settled.len() + 1)) {
            batch.push(*again);
        }
        if let Some(failed) = invoke(&batch) {
            settled.extend(batch.into_iter().filter(|message| waiting.contains(message) && !failed.contains(message)));
            waiting.retain(|message| !settled.contains(message));
        }
    }
}

/// Runs each schedule; of one that fails, the seed is told.
#[expect(clippy::print_stderr, reason = "the seed is what repeats a failure")]
pub fn for_each_queue(seeds: Range<u64>, run: impl Fn(QueueSchedule)) {
    for seed in seeds {
        if let Err(failure) = catch_unwind(AssertUnwindSafe(|| run(QueueSchedule::of(seed)))) {
            eprintln!("the schedule of seed {seed} failed");
            resume_unwind(failure);
        }
    }
}
