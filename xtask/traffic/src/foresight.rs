//! The best that can be done by somebody who knows the day: as few records refused as possible, and then as few hours of
//! shards. Within the stage's bounds, at most twice as many or half as many at a time, and ten times. It changes at whole
//! minutes, and at once, which is more than Kinesis can: nobody does better.

use shards::{OPERATIONS, Settings};

use crate::{
    Course,
    day::{Day, SECONDS},
};

/// What is paid until a minute: refused records, and then minutes of shards.
type Paid = (u64, u64);

/// The cheapest way to be somewhere.
#[derive(Clone, Copy)]
struct Way {
    paid: Paid,
    fewest: u32,
    most: u32,
}

pub(crate) fn course(day: &Day, settings: Settings) -> Course {
    let Settings { min, max, .. } = settings;
    let start = Way { paid: (0, 0), fewest: u32::MAX, most: 0 };
    // By the operations that it took, and by the shards. Which number it begins with is free.
    let none = vec![None; (max - min + 1) as usize];
    let mut ways = vec![none.clone(); OPERATIONS + 1];
    ways[0].fill(Some(start));
    for minute in 0..SECONDS / 60 {
        let mut next = vec![none.clone(); OPERATIONS + 1];
        for shards in min..=max {
            let seconds = minute * 60..(minute + 1) * 60;
            let refused: u64 = seconds.map(|second| day.refused(second, shards)).sum();
            for operations in 0..=OPERATIONS {
                let stay = ways[operations][(shards - min) as usize];
                let changed = operations.checked_sub(1).and_then(|before| cheapest(&ways[before], shards, min));
                let way = [stay, changed].into_iter().flatten().min_by_key(|way| way.paid);
                next[operations][(shards - min) as usize] = way.map(|way| Way {
                    paid: (way.paid.0 + refused, way.paid.1 + u64::from(shards)),
                    fewest: way.fewest.min(shards),
                    most: way.most.max(shards),
                });
            }
        }
        ways = next;
    }
    let ends = ways.iter().enumerate().flat_map(|(operations, ends)| {
        (min..=max).zip(ends).filter_map(move |(last, way)| way.map(|way| (operations, last, way)))
    });
    let best = ends.min_by_key(|(operations, _, way)| (way.paid, *operations));
    let (operations, last, way) = best.unwrap_or((0, min, start));
    Course {
        throttled: way.paid.0,
        shard_seconds: way.paid.1 * 60,
        operations,
        fewest: way.fewest,
        most: way.most,
        last,
    }
}

/// Of the numbers of shards from which one operation leads to this one.
fn cheapest(ways: &[Option<Way>], to: u32, min: u32) -> Option<Way> {
    let from = to.div_ceil(2)..=to * 2;
    let ways = (min..).zip(ways).filter(|(shards, _)| from.contains(shards) && *shards != to);
    ways.filter_map(|(_, way)| *way).min_by_key(|way| way.paid)
}
