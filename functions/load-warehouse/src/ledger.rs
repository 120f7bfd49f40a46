//! The ledger: who is loading which object, what was loaded, and when. Every write is conditional, so that none is lost.

use chrono::{DateTime, Utc};
use contract::{
    Handle, ReadWrite, Table,
    load_warehouse::{LEDGER_OBJECT, LEDGER_VERSION},
};
use runtime::{Items, Lookup, Pause, Swap, chain, patiently};
use std::error::Error;
use warehouse::{Load, Loaded};

use crate::{
    entry::{Entry, REVISION, State},
    time,
};

type BoxError = Box<dyn Error + Send + Sync>;

/// How often somebody else may write in between before this attempt is given up.
const ROUNDS: usize = 8;

/// The ledger, and what it is reached with.
pub(crate) struct Ledger<'a, I, P> {
    pub(crate) table: &'a Handle<ReadWrite<Table>>,
    pub(crate) items: &'a I,
    pub(crate) pause: &'a P,
    pub(crate) owner: &'a str,
}

/// What came of the wish to load an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    Ours,
    /// It is said to be loaded. The warehouse knows.
    Loaded,
    Taken {
        owner: String,
        until: i64,
    },
}

impl<I: Items, P: Pause> Ledger<'_, I, P> {
    /// Takes an object that nobody is loading, or whose loader has had its time.
    pub(crate) async fn claim(&self, load: &Load, now: DateTime<Utc>, seconds: u64) -> Result<Claim, BoxError> {
        let until = now.timestamp().saturating_add_unsigned(seconds);
        for _ in 0..ROUNDS {
            let known = self.read(load).await?;
            let next = match &known {
                None => Entry::first(load, self.owner, until),
                Some(known) if known.state == State::Loaded => return Ok(Claim::Loaded),
                // Of ourselves it is from an invocation that was cut off: there is never a second one at work here.
                Some(known) if known.owner == self.owner || known.until <= now.timestamp() => {
                    Entry { until, attempts: known.attempts + 1, ..known.next(self.owner) }
                }
                Some(known) => return Ok(Claim::Taken { owner: known.owner.clone(), until: known.until }),
            };
            if self.write(load, &next, known.as_ref()).await? {
                return Ok(Claim::Ours);
            }
        }
        Err(contended(load))
    }

    /// Notes that the warehouse has it, whoever brought it there.
    pub(crate) async fn finish(&self, load: &Load, loaded: Loaded, now: DateTime<Utc>) -> Result<(), BoxError> {
        for _ in 0..ROUNDS {
            let known = self.read(load).await?;
            if loaded.before && known.as_ref().is_some_and(|known| known.state == State::Loaded) {
                return Ok(());
            }
            let next = known.as_ref().map_or_else(|| Entry::first(load, self.owner, 0), |known| known.next(self.owner));
            let (rows, loaded_at) = (Some(loaded.rows), Some(time::text(now)));
            let next = Entry { state: State::Loaded, rows, loaded_at, error: None, ..next };
            if self.write(load, &next, known.as_ref()).await? {
                return Ok(());
            }
        }
        Err(contended(load))
    }

    /// Gives an object back at once, with the reason. Without it, it is given back when its time is over.
    pub(crate) async fn give_back(&self, load: &Load, why: &dyn Error) {
        let given_back = async {
            match self.read(load).await? {
                Some(known) if known.state == State::Pending && known.owner == self.owner => {
                    let next = Entry { until: 0, error: Some(chain(why)), ..known.next(self.owner) };
                    self.write(load, &next, Some(&known)).await
                }
                _ => Ok(true),
            }
        };
        if let Err(error) = given_back.await {
            tracing::warn!("{} stays claimed for a while: {}", load.uri(), chain(&*error));
        }
    }

    async fn read(&self, load: &Load) -> Result<Option<Entry>, BoxError> {
        let uri = load.uri();
        let key = [(LEDGER_OBJECT, uri.as_str()), (LEDGER_VERSION, load.version())];
        let item = patiently(self.pause, async || self.table.item(self.items, &key).await).await?;
        let wrong = |error| format!("the ledger's entry of {uri} is not as this function writes it: {error}").into();
        item.map(Entry::parse).transpose().map_err(wrong)
    }

    /// Whether it was written. Where the answer got lost and the same was tried again, the entry itself tells.
    async fn write(&self, load: &Load, next: &Entry, over: Option<&Entry>) -> Result<bool, BoxError> {
        let uri = load.uri();
        let key = [(LEDGER_OBJECT, uri.as_str()), (LEDGER_VERSION, load.version())];
        let (item, was) = (next.item(), over.map(|over| over.revision.as_str()));
        let swapped =
            patiently(self.pause, async || self.table.swap(self.items, &key, &item, REVISION, was).await).await?;
        Ok(swapped || self.read(load).await?.is_some_and(|known| known.revision == next.revision))
    }
}

fn contended(load: &Load) -> BoxError {
    format!("the ledger's entry of {} changes all the time", load.uri()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::testing::{MemoryItems, Upset, Upsets, Watch, run};
    use std::rc::Rc;

    fn load() -> Load {
        Load::of("curated", "flats/clean/2017-07-14/16/b/flats.csv.gz", "v1").unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn with<T>(items: &MemoryItems, owner: &str, use_it: impl AsyncFnOnce(Ledger<'_, MemoryItems, Watch>) -> T) -> T {
        let (table, pause) = (Handle::named("ledger"), Watch::default());
        run(use_it(Ledger { table: &table, items, pause: &pause, owner }))
    }

    fn claim(items: &MemoryItems, owner: &str, now: i64) -> Claim {
        with(items, owner, async |ledger| ledger.claim(&load(), at(now), 60).await.unwrap())
    }

    #[test]
    fn a_claim_holds_for_its_time_and_is_taken_over_then() {
        let items = MemoryItems::default();
        assert_eq!(claim(&items, "a", 100), Claim::Ours);
        assert_eq!(claim(&items, "b", 159), Claim::Taken { owner: "a".to_owned(), until: 160 });
        assert_eq!(claim(&items, "a", 120), Claim::Ours, "one's own is taken up again");
        assert_eq!(claim(&items, "b", 180), Claim::Ours);
        assert_eq!(items.all()[0]["attempts"], 3);
    }

    #[test]
    fn what_failed_is_given_back_with_the_reason_and_what_is_loaded_stays_so() {
        let items = MemoryItems::default();
        claim(&items, "a", 100);
        let why = std::io::Error::other("the warehouse sleeps");
        with(&items, "a", async |ledger| ledger.give_back(&load(), &why).await);
        assert_eq!(items.all()[0]["error"], "the warehouse sleeps");
        assert_eq!(claim(&items, "b", 101), Claim::Ours);
        let loaded = Loaded { rows: 7, before: false };
        with(&items, "b", async |ledger| ledger.finish(&load(), loaded, at(1_500_000_000)).await.unwrap());
        assert_eq!(claim(&items, "a", 102), Claim::Loaded);
        with(&items, "a", async |ledger| ledger.give_back(&load(), &why).await);
        let entry = items.all().remove(0);
        assert_eq!((&entry["state"], &entry["rows"]), (&"loaded".into(), &7.into()));
        assert_eq!(entry["loaded_at"], "2017-07-14T02:40:00.000Z");
        assert_eq!((entry.get("error"), &entry["object"]), (None, &load().uri().into()));
    }

    #[test]
    fn a_write_whose_answer_is_lost_is_known_again() {
        let upsets = Rc::new(Upsets::default().at(2, Upset::After));
        let items = MemoryItems::new(upsets);
        assert_eq!(claim(&items, "a", 100), Claim::Ours);
        assert_eq!(items.all()[0]["attempts"], 1);
    }
}
