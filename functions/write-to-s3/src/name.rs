//! Names of objects: what they hold, and nothing of when or by whom they were written.

use runtime::{Day, Sequence};
use std::ops::RangeInclusive;

/// The first and the last record of an object, which hold others between them that need not be in it.
pub(crate) type Range = RangeInclusive<Sequence>;

/// The objects of one shard and day in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shelf {
    pub(crate) day: Day,
    pub(crate) shard: String,
}

impl Shelf {
    /// What all of its names begin with.
    pub(crate) fn prefix(&self) -> String {
        format!("date={}/{}-", self.day, self.shard)
    }

    /// The last record stands first, with leading zeros: so objects sort by it, and a listing can begin behind those
    /// that end too early to hold a given record.
    pub(crate) fn name(&self, range: &Range, extension: &str) -> String {
        format!("{}{}-{}.{extension}", self.prefix(), range.end().padded(), range.start())
    }

    /// Sorts before every object that holds this record or a later one, and after all others.
    pub(crate) fn before(&self, first: &Sequence) -> String {
        format!("{}{}", self.prefix(), first.padded())
    }

    /// What an object of this name may hold; none if the name is not one of ours.
    pub(crate) fn range(&self, name: &str, extension: &str) -> Option<Range> {
        let stem = name.strip_prefix(&self.prefix())?.strip_suffix(extension)?.strip_suffix('.')?;
        let (last, first) = stem.split_once('-')?;
        Some(Sequence::parse(first).ok()?..=Sequence::parse(last).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use runtime::{Batch, testing};

    fn shelf() -> Shelf {
        let batch = Batch::decode(testing::event([(1, "")]), &testing::schema()).unwrap();
        let arrival = &batch.rejected[0].arrival;
        Shelf { day: arrival.day, shard: arrival.shard.clone() }
    }

    fn sequence(number: u128) -> Sequence {
        Sequence::parse(&number.to_string()).unwrap()
    }

    #[test]
    fn a_name_says_day_shard_last_and_first() {
        assert_eq!(
            shelf().name(&(sequence(98)..=sequence(103)), "json"),
            "date=2014-02-01/shardId-000000000000-\
             0000000000000000000000000000000000000000000000000000000000000103-98.json"
        );
    }

    #[test]
    fn a_name_of_another_kind_says_nothing() {
        for name in ["", "date=2014-02-01/shardId-000000000000-x-1.json", "date=2014-02-01/shardId-000000000000-2.json"]
        {
            assert_eq!(shelf().range(name, "json"), None, "{name}");
        }
        let of_another_shard = shelf().name(&(sequence(1)..=sequence(2)), "json").replace("0000-", "0001-");
        assert_eq!(shelf().range(&of_another_shard, "json"), None);
    }

    proptest! {
        #[test]
        fn a_name_reads_back_and_a_listing_finds_it_from_its_last_record_on(a: u128, b: u128, at: u128) {
            let (first, last) = (a.min(b), a.max(b));
            let range = sequence(first)..=sequence(last);
            let name = shelf().name(&range, "jsonl");
            prop_assert_eq!(shelf().range(&name, "jsonl"), Some(range));
            prop_assert!(shelf().range(&name, "json").is_none());
            for at in [at, last, first] {
                prop_assert_eq!(name > shelf().before(&sequence(at)), last >= at);
            }
        }
    }
}
