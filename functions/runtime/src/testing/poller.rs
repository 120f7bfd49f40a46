//! Lambda's side of a stream: what it delivers, in which cuts, and how often.

use super::Dice;

/// What the poller heard of an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// All of the batch is settled.
    Settled,
    /// All before this record is settled.
    From(u64),
    /// An error, or nothing because the function was killed or ran out of time.
    Nothing,
}

/// Delivers records in order, in cuts of any size. A batch that failed comes again: as it was, smaller, or grown.
/// Sometimes records come again that were settled long ago, as when a mapping is made anew.
///
/// Records can be dealt to several lanes, which take turns and whose batches therefore interleave, as with a
/// parallelization factor.
pub struct Poller {
    lanes: Vec<Lane>,
    dice: Dice,
}

struct Lane {
    records: Vec<u64>,
    next: usize,
}

impl Poller {
    /// For records of these numbers, ascending.
    pub fn new(numbers: &[u64], lanes: usize, mut dice: Dice) -> Self {
        let mut dealt: Vec<Lane> = (0..lanes).map(|_| Lane { records: Vec::new(), next: 0 }).collect();
        for number in numbers {
            dealt[dice.below(lanes)].records.push(*number);
        }
        Self { lanes: dealt, dice }
    }

    /// Delivers until every record is settled. The function is told the numbers of a batch, in any order, and says
    /// what was heard of it. After so many deliveries `calm` is called once, after which nothing may go wrong.
    ///
    /// # Panics
    /// If it does not come to an end then.
    pub fn deliver(&mut self, deliveries: usize, mut calm: impl FnMut(), mut invoke: impl FnMut(&[u64]) -> Told) {
        let total: usize = self.lanes.iter().map(|lane| lane.records.len()).sum();
        for delivery in 0.. {
            if delivery == deliveries {
                calm();
            }
            assert!(delivery <= deliveries + total, "records are delivered again and again");
            let open: Vec<usize> = (0..self.lanes.len()).filter(|lane| !self.lanes[*lane].is_done()).collect();
            let Some(chosen) = open.get(self.dice.below(open.len())) else { return };
            let lane = &mut self.lanes[*chosen];
            let size = 1 + self.dice.below(9);
            let mut batch: Vec<u64> = lane.records.iter().skip(lane.next).take(size).copied().collect();
            if self.dice.percent(10) {
                self.dice.shuffle(&mut batch);
            }
            match invoke(&batch) {
                Told::Settled => lane.next += batch.len(),
                Told::From(number) => lane.next = lane.position(number),
                Told::Nothing => {}
            }
            if delivery < deliveries && self.dice.percent(5) {
                lane.next = self.dice.below(lane.next + 1);
            }
        }
    }
}

impl Lane {
    fn is_done(&self) -> bool {
        self.next >= self.records.len()
    }

    fn position(&self, number: u64) -> usize {
        self.records.iter().position(|record| *record >= number).unwrap_or(self.records.len())
    }
}
