//! A function with everything around it in memory, and files for it.

use chrono::{DateTime, Utc};
use contract::{AUTHORITIES_FILE, Handle, Run, Whole, load_warehouse::Env};
use flate2::{Compression, write::GzEncoder};
use runtime::{
    Fault, Item, ItemPlace, Items, PortError,
    testing::{MemoryItems, Upset, Upsets},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::poll_fn,
    io::Write,
    mem,
    rc::Rc,
    task::Poll,
};
use warehouse::{Load, LoadError, Loaded, Source, Target, Warehouse};

pub(crate) const SECONDS: u64 = 60;

/// Of a queue that hands out messages so often.
pub(crate) fn env(tries: usize) -> Env<Run> {
    Env {
        clean: Handle::named("s3://curated/flats/clean/"),
        ledger: Handle::named("ledger"),
        warehouse: Handle::named("postgres://127.0.0.1:5/warehouse?secret=arn:s"),
        authorities: AUTHORITIES_FILE,
        seconds: Whole(SECONDS),
        notices: Handle::named("arn:topic"),
        tries: Whole(tries as u64),
    }
}

pub(crate) fn uri(target: Target, hour: usize) -> String {
    format!("s3://curated/flats/clean/2017-07-14/{hour:02}/batch/{}.csv.gz", target.table())
}

/// A file of so many listings.
pub(crate) fn file(target: Target, rows: usize) -> Vec<u8> {
    let names: Vec<&str> = target.columns().iter().map(|column| column.name).collect();
    let mut text = format!("{}\n", names.join(","));
    text.extend((0..rows).map(|row| format!("{row}{}\n", ",".repeat(names.len() - 1))));
    packed(&text)
}

pub(crate) fn packed(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// Lets whatever else is going on go on.
pub(crate) async fn let_others() {
    let mut first = true;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

/// A clock that tests turn.
#[derive(Clone, Default)]
pub(crate) struct Clock(Rc<Cell<i64>>);

impl Clock {
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.set(self.0.get() + seconds);
    }

    pub(crate) fn reader(&self) -> impl Fn() -> DateTime<Utc> + use<> {
        let time = Rc::clone(&self.0);
        move || DateTime::from_timestamp(1_500_000_000 + time.get(), 0).unwrap()
    }
}

/// What all functions see of one warehouse: the loads that are done, and their rows.
#[derive(Default)]
pub(crate) struct Tables {
    pub(crate) loads: RefCell<BTreeMap<String, u64>>,
}

/// A function's way to the warehouse.
pub(crate) struct MemoryWarehouse {
    pub(crate) tables: Rc<Tables>,
    pub(crate) upsets: Rc<Upsets>,
}

impl Warehouse for MemoryWarehouse {
    async fn load(&self, load: &Load, mut file: impl Source) -> Result<Loaded, LoadError> {
        let lost = || LoadError::Passing { what: "so the test wants it".to_owned(), cause: None };
        let upset = self.upsets.strike();
        if matches!(upset, Some(Upset::Before(_) | Upset::CrashBefore)) {
            return Err(lost());
        }
        let_others().await;
        while file.next().await.map_err(LoadError::Read)?.is_some() {}
        let_others().await;
        let before = self.tables.loads.borrow().get(load.id()).copied();
        self.tables.loads.borrow_mut().insert(load.id().to_owned(), 1);
        if matches!(upset, Some(Upset::After | Upset::CrashAfter)) {
            return Err(lost());
        }
        let_others().await;
        Ok(Loaded { rows: 1, before: before.is_some() })
    }
}

/// A function's way to a table that others use too.
pub(crate) struct SharedItems {
    pub(crate) items: Rc<MemoryItems>,
    pub(crate) upsets: Rc<Upsets>,
}

impl SharedItems {
    async fn strike<T>(&self, call: impl AsyncFnOnce() -> Result<T, PortError>) -> Result<T, PortError> {
        let_others().await;
        let lost = |fault| Err(PortError::in_test("call the ledger", fault));
        match self.upsets.strike() {
            Some(Upset::Before(fault)) => lost(fault),
            Some(Upset::CrashBefore) => lost(Fault::AccessDenied),
            Some(Upset::After) => call().await.and_then(|_| lost(Fault::Passing)),
            Some(Upset::CrashAfter) => call().await.and_then(|_| lost(Fault::AccessDenied)),
            None | Some(Upset::Entries(_)) => call().await,
        }
    }
}

impl Items for SharedItems {
    async fn get(&self, place: &ItemPlace) -> Result<Option<Item>, PortError> {
        self.strike(async || self.items.get(place).await).await
    }

    async fn put_if(&self, place: &ItemPlace, item: &Item, name: &str, was: Option<&str>) -> Result<bool, PortError> {
        self.strike(async || self.items.put_if(place, item, name, was).await).await
    }
}
