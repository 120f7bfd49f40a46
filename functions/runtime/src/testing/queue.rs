//! Lambda's side of a queue: what it delivers, in which batches, and how often.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::{Dice, Upsets};

/// A message that is handed out, and for which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handed {
    pub message: usize,
    pub time: usize,
}

/// One queue, until all of its messages are settled or given up.
pub struct QueueSchedule {
    pub upsets: Upsets,
    /// How often a message is handed out before it is given up.
    pub tries: usize,
    pub dice: Dice,
}

impl QueueSchedule {
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let percent = [0, 2, 5, 20][dice.below(4)];
        let upsets = Upsets::default().by_chance(Dice::new(dice.throw()), percent);
        let tries = [2, 4, 1_000][dice.below(3)];
        Self { upsets, tries, dice }
    }
}

/// Delivers so many messages in batches of any order, some of them again although they are settled, until none is
/// left. The function is told the messages of a batch and answers with the numbers of those that failed, or with nothing
/// if it was killed. After so many deliveries `calm` is called once, after which nothing may go wrong.
///
/// Gives the messages that were handed out as often as they may be and never settled.
///
/// # Panics
/// If it does not come to an end then.
pub fn deliver(
    messages: usize,
    tries: usize,
    deliveries: usize,
    mut dice: Dice,
    mut calm: impl FnMut(),
    mut invoke: impl FnMut(&[Handed]) -> Option<Vec<usize>>,
) -> Vec<usize> {
    let (mut waiting, mut settled): (Vec<usize>, Vec<usize>) = ((0..messages).collect(), Vec::new());
    let (mut times, mut given_up) = (vec![0; messages], Vec::new());
    for delivery in 0.. {
        if delivery == deliveries {
            calm();
        }
        assert!(delivery <= deliveries + messages, "messages are delivered again and again");
        if waiting.is_empty() {
            break;
        }
        dice.shuffle(&mut waiting);
        let mut batch = Vec::new();
        for message in &waiting[..=dice.below(waiting.len())] {
            times[*message] += 1;
            batch.push(Handed { message: *message, time: times[*message] });
        }
        if let Some(again) = settled.get(dice.below(2 * settled.len() + 1)) {
            // A copy that was left behind, and nobody counts.
            batch.push(Handed { message: *again, time: 1 });
        }
        if let Some(failed) = invoke(&batch) {
            let done = |message: &usize| waiting.contains(message) && !failed.contains(message);
            settled.extend(batch.iter().map(|one| one.message).filter(done));
            waiting.retain(|message| !settled.contains(message));
        }
        given_up.extend(waiting.iter().copied().filter(|message| times[*message] >= tries));
        waiting.retain(|message| times[*message] < tries);
    }
    given_up
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
