//! Takes the records of one catalogue: the offers to be chosen from, and what is none.

use contract::consolidate::Choose;
use runtime::{Line, Rejects};

use crate::{
    best::{Best, NoRoom},
    entry::{Entry, Owned, UNLISTED},
    offer::Offer,
    partners::Partners,
};

pub(crate) struct Intake<'a> {
    pub(crate) partners: &'a Partners,
    pub(crate) rejects: Rejects<'a>,
    pub(crate) source: String,
    pub(crate) offers: Offers,
    /// Records so far.
    pub(crate) input: usize,
    full: Option<NoRoom>,
}

/// Those in the running.
pub(crate) enum Offers {
    PerAccommodation(Best),
    /// The best of the file.
    PerFile(Option<Owned>),
}

impl<'a> Intake<'a> {
    pub(crate) fn new(
        partners: &'a Partners,
        rejects: Rejects<'a>,
        source: String,
        choose: Choose,
        budget: usize,
    ) -> Self {
        let offers = match choose {
            Choose::PerAccommodation => Offers::PerAccommodation(Best::new(budget)),
            Choose::PerFile => Offers::PerFile(None),
        };
        Self { partners, rejects, source, offers, input: 0, full: None }
    }

    pub(crate) fn take(&mut self, line: Line<'_>) {
        self.input += 1;
        if line.cut_from.is_some() {
            return self.rejects.add(&self.source, line, "too long for a record");
        }
        match Offer::parse(line.bytes) {
            Err(reason) => self.rejects.add(&self.source, line, &reason),
            Ok(offer) => {
                let rank = self.partners.rank(&offer.partner).unwrap_or(UNLISTED);
                let name = if rank == UNLISTED { "" } else { &offer.name };
                let entry = Entry { id: &offer.id, rank, number: self.input as u64, name };
                if let Err(full) = self.offers.add(&entry) {
                    self.full.get_or_insert(full);
                }
            }
        }
    }

    /// Whether all of them could be taken so far.
    pub(crate) fn check(&mut self) -> Result<(), NoRoom> {
        self.full.take().map_or(Ok(()), Err)
    }
}

impl Offers {
    fn add(&mut self, entry: &Entry<'_>) -> Result<(), NoRoom> {
        match self {
            Self::PerAccommodation(best) => best.add(entry),
            Self::PerFile(best) => {
                let better = |there: &Owned| (entry.rank, there.number) < (there.rank, entry.number);
                if entry.rank != UNLISTED && best.as_ref().is_none_or(better) {
                    let Entry { id, rank, number, name } = *entry;
                    *best = Some(Owned { id: id.to_owned(), rank, number, name: name.to_owned() });
                }
                Ok(())
            }
        }
    }
}
