//! Rows in order, each once, of however many there are, in bounded memory.
//!
//! Rows are gathered in a buffer of fixed size. When it is full, it is sorted and written to a temporary file; at the end
//! the files are merged. A row takes sixteen bytes in memory and twelve in a file.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, binary_heap::PeekMut},
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, Write},
};

use crate::row::{PACKED, Row};

#[derive(Debug, thiserror::Error)]
#[error(
    "rows cannot be kept in {}: if it is full, give the function more ephemeral storage, or have the batch curated by glue",
    std::env::temp_dir().display()
)]
pub(crate) struct NoRoom(#[from] io::Error);

pub(crate) struct Sorter {
    limit: usize,
    buffer: Vec<Row>,
    runs: Vec<File>,
}

impl Sorter {
    /// Keeps at most so many rows in memory, and one at least.
    pub(crate) fn new(limit: usize) -> Self {
        // All of it at once: what is not touched takes no memory, and growing would copy.
        Self { limit: limit.max(1), buffer: Vec::with_capacity(limit.max(1)), runs: Vec::new() }
    }

    pub(crate) fn add(&mut self, row: Row) -> Result<(), NoRoom> {
        if self.buffer.len() == self.limit {
            self.spill()?;
        }
        self.buffer.push(row);
        Ok(())
    }

    /// Forgets everything: no row of it is wanted any more.
    pub(crate) fn clear(&mut self) {
        (self.buffer, self.runs) = (Vec::new(), Vec::new());
    }

    fn spill(&mut self) -> Result<(), NoRoom> {
        let mut run = BufWriter::new(tempfile::tempfile()?);
        self.sort();
        for row in &self.buffer {
            run.write_all(&row.pack())?;
        }
        let mut run = run.into_inner().map_err(io::IntoInnerError::into_error)?;
        run.rewind()?;
        self.runs.push(run);
        self.buffer.clear();
        Ok(())
    }

    fn sort(&mut self) {
        self.buffer.sort_unstable();
        self.buffer.dedup();
    }

    pub(crate) fn finish(mut self) -> Result<Sorted, NoRoom> {
        self.sort();
        let mut sorted = Sorted {
            buffer: self.buffer.into_iter(),
            runs: self.runs.into_iter().map(BufReader::new).collect(),
            heads: BinaryHeap::new(),
        };
        if !sorted.runs.is_empty() {
            for run in 0..=sorted.runs.len() {
                let head = sorted.advance(run)?;
                sorted.heads.extend(head.map(|row| Reverse((row, run))));
            }
        }
        Ok(sorted)
    }
}

/// Merges what was written and what is still in the buffer, which counts as the last run.
pub(crate) struct Sorted {
    buffer: std::vec::IntoIter<Row>,
    runs: Vec<BufReader<File>>,
    heads: BinaryHeap<Reverse<(Row, usize)>>,
}

impl Sorted {
    /// The next rows, at most so many; none at the end.
    pub(crate) fn next(&mut self, most: usize) -> Result<Vec<Row>, NoRoom> {
        if self.runs.is_empty() {
            return Ok(self.buffer.by_ref().take(most).collect());
        }
        let mut rows = Vec::new();
        while rows.len() < most {
            let Some(row) = self.pop()? else { break };
            while self.heads.peek().is_some_and(|Reverse((next, _))| *next == row) {
                self.pop()?;
            }
            rows.push(row);
        }
        Ok(rows)
    }

    fn pop(&mut self) -> Result<Option<Row>, NoRoom> {
        let Some(Reverse((row, run))) = self.heads.peek().copied() else { return Ok(None) };
        let next = self.advance(run)?;
        if let Some(mut head) = self.heads.peek_mut() {
            match next {
                Some(next) => *head = Reverse((next, run)),
                None => drop(PeekMut::pop(head)),
            }
        }
        Ok(Some(row))
    }

    fn advance(&mut self, run: usize) -> Result<Option<Row>, NoRoom> {
        let Some(file) = self.runs.get_mut(run) else { return Ok(self.buffer.next()) };
        let mut packed = [0; PACKED];
        match file.read_exact(&mut packed) {
            Ok(()) => Ok(Some(Row::unpack(packed))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        /// Whatever the buffer holds, and however it is asked, the answer is that of a set.
        #[test]
        fn it_is_what_a_set_would_give(
            rows in prop::collection::vec(prop::array::uniform12(0..3_u8), 0..200),
            limit in 1_usize..60,
            most in 1_usize..30,
        ) {
            let mut sorter = Sorter::new(limit);
            let rows: Vec<Row> = rows.into_iter().map(|mut bytes| { bytes[3..].fill(0); Row::unpack(bytes) }).collect();
            for row in &rows {
                sorter.add(*row).unwrap();
            }
            let (mut sorted, mut got) = (sorter.finish().unwrap(), Vec::new());
            loop {
                let next = sorted.next(most).unwrap();
                prop_assert!(next.len() <= most);
                if next.is_empty() { break; }
                got.extend(next);
            }
            prop_assert_eq!(got, BTreeSet::from_iter(rows).into_iter().collect::<Vec<_>>());
        }
    }
}
