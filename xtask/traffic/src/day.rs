//! A day as it arrives, and what a stream with so many shards refuses of it.

use fastrand::Rng;
use shards::RECORDS;

use crate::shape::Shape;

pub(crate) const SECONDS: usize = 24 * 3_600;
/// How much seconds differ from what the shape says, and shards from each other within one: one part of so many.
const UNEVEN: f64 = 0.1;
/// Where the hot key's hash is, as a share of all hashes.
const HOT: f64 = 0.6;

pub(crate) struct Day {
    seconds: Vec<Second>,
    seed: u64,
}

#[derive(Clone, Copy)]
struct Second {
    spread: u64,
    hot: u64,
}

impl Day {
    /// `most` is what the busiest second brings, in what a shard takes.
    pub(crate) fn of(shape: Shape, most: f64, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let full = RECORDS as f64;
        let seconds = (0..SECONDS).map(|second| {
            #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
            let offer = shape.at(second as f64);
            let mut about = |records: f64| whole(records * uneven(&mut rng));
            Second { spread: about(offer.spread * most * full), hot: about(offer.hot * full) }
        });
        Self { seconds: seconds.collect(), seed }
    }

    pub(crate) fn offered(&self) -> u64 {
        self.seconds.iter().map(Second::all).sum()
    }

    pub(crate) fn offered_in(&self, second: usize) -> u64 {
        self.seconds[second].all()
    }

    pub(crate) fn minutes(&self) -> impl Iterator<Item = u64> {
        self.seconds.chunks(60).map(|minute| minute.iter().map(Second::all).sum())
    }

    /// What a stream refuses in a second whose shards have equal parts of all hashes. The same again for the same question.
    pub(crate) fn refused(&self, second: usize, shards: u32) -> u64 {
        let Second { spread, hot } = self.seconds[second];
        let mut rng = Rng::with_seed(self.seed ^ ((second as u64) << 16) ^ u64::from(shards));
        let hot_shard = whole(HOT * f64::from(shards));
        let weights: Vec<f64> = (0..shards).map(|_| uneven(&mut rng)).collect();
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let share = spread as f64 / weights.iter().sum::<f64>();
        let mut refused = 0;
        for (shard, weight) in (0..).zip(weights) {
            let came = whole(share * weight) + if shard == hot_shard { hot } else { 0 };
            refused += came.saturating_sub(RECORDS);
        }
        refused
    }
}

impl Second {
    fn all(&self) -> u64 {
        self.spread + self.hot
    }
}

fn uneven(rng: &mut Rng) -> f64 {
    (rng.f64() * 2.0 - 1.0).mul_add(UNEVEN, 1.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "records of a second, none of them negative"
)]
fn whole(records: f64) -> u64 {
    records as u64
}
