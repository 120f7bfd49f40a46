//! The best offer of each accommodation, of however many there are, in bounded memory.
//!
//! Offers are gathered in a buffer of fixed size. When it is full, it is sorted and written to a temporary file, of
//! each accommodation only the best so far; at the end the files are merged. So memory does not depend on the
//! catalogue, and disk grows with the accommodations and not with the offers' other data: at worst by 20 bytes an
//! offer besides its id and name. A map of all accommodations would be simpler and end at about two million of them;
//! reading the source once for each part of the ids would read five gigabytes again and again.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufReader, BufWriter, Seek, Write},
};

use crate::entry::{Entry, Owned, order, read};

/// What the buffer may measure: a fifth of the smallest memory that the function is meant for.
pub(crate) const BUDGET: usize = 48 * 1_024 * 1_024;

/// The buffer's list of places is in memory beside it.
const PLACE: usize = size_of::<u32>();

#[derive(Debug, thiserror::Error)]
#[error(
    "offers cannot be kept in {}: if it is full, give the function more ephemeral storage in the stage file",
    std::env::temp_dir().display()
)]
pub(crate) struct NoRoom(#[from] io::Error);

pub(crate) struct Best {
    budget: usize,
    buffer: Vec<u8>,
    places: Vec<u32>,
    runs: Vec<File>,
}

impl Best {
    pub(crate) fn new(budget: usize) -> Self {
        Self { budget, buffer: Vec::new(), places: Vec::new(), runs: Vec::new() }
    }

    pub(crate) fn add(&mut self, entry: &Entry<'_>) -> Result<(), NoRoom> {
        let size = self.buffer.len() + self.places.len() * PLACE + entry.encoded_len();
        if size > self.budget && !self.places.is_empty() {
            self.spill()?;
        }
        self.places.push(u32::try_from(self.buffer.len()).unwrap_or(u32::MAX));
        entry.encode(&mut self.buffer);
        Ok(())
    }

    fn spill(&mut self) -> Result<(), NoRoom> {
        let mut run = BufWriter::new(tempfile::tempfile()?);
        self.sort();
        for place in &self.places {
            let bytes = &self.buffer[*place as usize..];
            run.write_all(&bytes[..Entry::decode(bytes)?.encoded_len()])?;
        }
        let mut run = run.into_inner().map_err(io::IntoInnerError::into_error)?;
        run.rewind()?;
        self.runs.push(run);
        self.buffer.clear();
        self.places.clear();
        Ok(())
    }

    /// Leaves the best offer of each accommodation, by id. What tells ids apart is laid beside the places, so that few
    /// comparisons have to look into the buffer, which no cache holds.
    fn sort(&mut self) {
        let at = |place: u32| order(&self.buffer[place as usize..]);
        let mut ids = self.places.iter().map(|place| at(*place).0);
        let first = ids.next().unwrap_or_default();
        let shared = ids.fold(first.len(), |shared, id| shared_length(&first[..shared], id));
        let keyed = |place: &u32| (key(&at(*place).0[shared..]), *place);
        let mut sorted: Vec<(u64, u32)> = self.places.iter().map(keyed).collect();
        sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| at(a.1).cmp(&at(b.1))));
        sorted.dedup_by(|worse, best| worse.0 == best.0 && at(worse.1).0 == at(best.1).0);
        self.places = sorted.into_iter().map(|(_, place)| place).collect();
    }

    /// The best offers, by id.
    pub(crate) fn finish(mut self) -> Result<Merge, NoRoom> {
        self.sort();
        let mut runs: Vec<_> = self.runs.into_iter().map(|run| Run::Stored(BufReader::new(run))).collect();
        runs.push(Run::Buffered { buffer: self.buffer, places: self.places.into_iter() });
        let mut merge = Merge { runs, heads: BinaryHeap::new(), scratch: Vec::new() };
        for run in 0..merge.runs.len() {
            merge.advance(run)?;
        }
        Ok(merge)
    }
}

fn shared_length(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// The first eight bytes as a number that is in order as they are; equal keys say nothing.
fn key(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    first.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(first)
}

enum Run {
    Stored(BufReader<File>),
    Buffered { buffer: Vec<u8>, places: std::vec::IntoIter<u32> },
}

/// Merges what was written and what is still in the buffer.
pub(crate) struct Merge {
    runs: Vec<Run>,
    heads: BinaryHeap<Reverse<Head>>,
    scratch: Vec<u8>,
}

impl Merge {
    /// The best offer of the next accommodation.
    pub(crate) fn next(&mut self) -> Result<Option<Owned>, NoRoom> {
        let Some(best) = self.pop()? else { return Ok(None) };
        while self.heads.peek().is_some_and(|Reverse(head)| head.entry.id == best.id) {
            self.pop()?;
        }
        Ok(Some(best))
    }

    fn pop(&mut self) -> Result<Option<Owned>, NoRoom> {
        let Some(Reverse(head)) = self.heads.pop() else { return Ok(None) };
        self.advance(head.run)?;
        Ok(Some(head.entry))
    }

    fn advance(&mut self, run: usize) -> Result<(), NoRoom> {
        let next = match &mut self.runs[run] {
            Run::Stored(file) => read(file, &mut self.scratch)?,
            Run::Buffered { buffer, places } => match places.next() {
                None => None,
                Some(place) => read(&mut &buffer[place as usize..], &mut self.scratch)?,
            },
        };
        self.heads.extend(next.map(|entry| Reverse(Head { entry, run })));
        Ok(())
    }
}

#[derive(PartialEq, Eq)]
struct Head {
    entry: Owned,
    run: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.entry.entry().cmp(&other.entry.entry())
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Whatever the buffer holds, the answer is that of a map of everything.
        #[test]
        fn it_is_what_a_map_would_give(
            offers in prop::collection::vec(("[a-d]{1,2}", 0..4_u32, "[x-z]{0,3}"), 0..60),
            budget in 1_usize..400,
        ) {
            let mut best = Best::new(budget);
            let mut map: BTreeMap<&str, Entry<'_>> = BTreeMap::new();
            for ((id, rank, name), number) in offers.iter().zip(0..) {
                let entry = Entry { id, rank: *rank, number, name };
                best.add(&entry).unwrap();
                map.entry(id).and_modify(|there| *there = entry.min(*there)).or_insert(entry);
            }
            let mut merge = best.finish().unwrap();
            for entry in map.values() {
                let next = merge.next().unwrap().unwrap();
                prop_assert_eq!(next.entry(), *entry);
            }
            prop_assert!(merge.next().unwrap().is_none());
        }
    }
}
