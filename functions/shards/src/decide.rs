//! The decision itself.
//!
//! Out at once, since what does not fit is refused; in only after a quiet hour, since that costs no more than an hour of
//! shards. Kinesis changes the shards of a stream ten times in 24 hours, so operations are what is scarce: a step out is a
//! good one, and a step in is made only while enough operations are left to double from there up to the maximum. So no
//! course of traffic can leave the stream small and without an operation.

use crate::{Minute, Past, need};

/// Of how many minutes the busiest decides whether shards are added.
const RECENT: usize = 5;
/// For how many minutes it has to have been quiet before shards are taken away.
pub const QUIET: usize = 60;
/// A stream that is as full as this, in thousandths, may have refused any number of records: nobody can tell what it needs.
const FULL: u32 = 950;
/// Shards are taken away only if what is left is at most so full, in hundredths of the target.
const ROOM: u32 = 80;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    pub min: u32,
    pub max: u32,
    /// How full a shard should be at most.
    pub target_percent: u32,
}

/// What there is to decide from.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The open shards of the stream.
    pub shards: u32,
    /// Complete minutes without a gap, the newest last. There are fewer than [`QUIET`] only where the stream is younger.
    pub minutes: &'a [Minute],
    pub past: &'a Past,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The stream is as it should be.
    Stay,
    /// More shards, this many in all.
    Out(u32),
    /// Fewer shards, this many in all.
    In(u32),
    /// Fewer would do. The operation is kept for adding some.
    Spare,
    /// More are needed, and Kinesis allows no further operation today.
    Exhausted,
}

/// What to do now. Kinesis at most doubles or halves the number of shards in one operation.
pub fn decide(settings: Settings, seen: &Seen<'_>) -> Decision {
    let Settings { min, max, target_percent } = settings;
    let (shards, left) = (seen.shards, seen.past.left());
    let target = target_percent * 10;
    let recent = &seen.minutes[seen.minutes.len().saturating_sub(RECENT)..];
    let wanted = most(recent, target).clamp(min, max);
    if wanted > shards {
        if left == 0 {
            return Decision::Exhausted;
        }
        let double = shards.saturating_mul(2).min(max);
        // A ramp is not to be climbed shard by shard: a small stream doubles, a larger one gets half as many again.
        let step = if shards <= max / 4 { shards } else { shards.div_ceil(2) };
        let enough = wanted.max(shards + step).min(double);
        let is_full = most(recent, FULL) > shards;
        return Decision::Out(if is_full || left - 1 < doublings(enough, max) { double } else { enough });
    }
    if shards > max {
        // The stage has been given fewer.
        return if left == 0 { Decision::Spare } else { Decision::In(max.max(shards.div_ceil(2))) };
    }
    if seen.minutes.len() < QUIET {
        return Decision::Stay;
    }
    let fewer = most(seen.minutes, target * ROOM / 100).clamp(min, max).max(shards.div_ceil(2));
    // Not for a few of many, unless they are the last that can go: what is left of operations is soon gone in small steps.
    let is_little = 5 * u64::from(fewer) > 3 * u64::from(shards);
    if fewer >= shards || (is_little && fewer > min) {
        return Decision::Stay;
    }
    if left == 0 || left - 1 < doublings(fewer, max) { Decision::Spare } else { Decision::In(fewer) }
}

/// What the busiest of these minutes needs.
fn most(minutes: &[Minute], permille: u32) -> u32 {
    minutes.iter().map(|minute| need(*minute, permille)).max().unwrap_or(1)
}

/// How many operations it takes from one number of shards to another, each doubling it.
fn doublings(from: u32, to: u32) -> usize {
    let mut shards = u64::from(from.max(1));
    let mut operations = 0;
    while shards < to.into() {
        shards *= 2;
        operations += 1;
    }
    operations
}
