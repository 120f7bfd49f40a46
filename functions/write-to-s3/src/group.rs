//! The records of a batch that go into one object: of one kind, one shard and one day.

use runtime::{Arrival, Batch, Sequence};
use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    format::Format,
    name::{Range, Shelf},
};

pub(crate) struct Group<'a> {
    pub(crate) format: Format,
    pub(crate) shelf: Shelf,
    lines: BTreeMap<&'a Sequence, Cow<'a, str>>,
}

pub(crate) fn groups(batch: &Batch) -> Vec<Group<'_>> {
    let trips = batch.accepted.iter().map(|trip| (&trip.arrival, Cow::from(&trip.line)));
    let rejected = batch.rejected.iter().map(|record| (&record.arrival, Cow::from(record.line())));
    let mut groups = sorted(Format::Array, trips);
    groups.extend(sorted(Format::Lines, rejected));
    groups
}

fn sorted<'a>(format: Format, records: impl Iterator<Item = (&'a Arrival, Cow<'a, str>)>) -> Vec<Group<'a>> {
    let mut shelves: BTreeMap<Shelf, BTreeMap<&Sequence, Cow<str>>> = BTreeMap::new();
    for (arrival, line) in records {
        let shelf = Shelf { day: arrival.day, shard: arrival.shard.clone() };
        shelves.entry(shelf).or_default().insert(&arrival.sequence, line);
    }
    shelves.into_iter().map(|(shelf, lines)| Group { format, shelf, lines }).collect()
}

impl Group<'_> {
    /// From its first record to its last; none if nothing is in it.
    pub(crate) fn range(&self) -> Option<Range> {
        let ((first, _), (last, _)) = (self.lines.first_key_value()?, self.lines.last_key_value()?);
        Some((*first).clone()..=(*last).clone())
    }

    pub(crate) fn leave_out(&mut self, records: &[Sequence]) {
        for sequence in records {
            self.lines.remove(sequence);
        }
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.values().map(AsRef::as_ref)
    }
}
