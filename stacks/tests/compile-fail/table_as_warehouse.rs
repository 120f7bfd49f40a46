//! A table of items wired where a warehouse is due.
use contract::load_warehouse::Env;
use contract::{Bucket, Deploy, Load, Ref, Side, Table, Warehouse};

type Slot = <Deploy as Side>::Slot<Load<Warehouse>>;

fn warehouse(_: &Env<Deploy>, _: &Ref<Bucket>) -> Slot {
    Ref::<Table>::declared("LoadLedger").grant()
}

fn main() {}
