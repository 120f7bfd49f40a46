//! `load-warehouse`: loads each file of flats, addresses and agencies into the warehouse, once.
//!
//! The warehouse itself knows what it has: a load is recorded in the transaction that does it. The ledger beside it says
//! who is at what, so that two functions seldom do the same work, and keeps the history where people can read it.

mod entry;
mod handle;
mod ledger;
mod time;
mod warehouses;

#[cfg(test)]
mod crashes;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod testing;

use contract::load_warehouse::LoadWarehouse;
use runtime::{
    Sleep,
    aws::{S3, Tables, Topics},
    start,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    start::<LoadWarehouse, _>(async |env| {
        let warehouse = warehouses::connect(&env).await?;
        let ports =
            handle::Ports { objects: S3::default(), items: Tables::connect().await, notices: Topics::connect().await };
        handle::Loader::new(env, ports, warehouse, Sleep, runtime::now)
    })
}
