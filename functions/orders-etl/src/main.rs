//! `orders-etl`: once a day, what shops sold goes into PostgreSQL, is summed up, exported and told of.
//!
//! However often a date is run, and wherever a run is cut off, the date's rows are there once and no other date's rows
//! change: see [`run`] for the steps, and what holds them together.

mod aggregates;
mod book;
mod checks;
mod day;
mod export;
mod fault;
mod files;
mod handle;
mod intake;
mod load;
mod migrations;
mod money;
mod notice;
mod records;
mod report;
mod run;
mod session;
mod value;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod migrating;
#[cfg(test)]
mod pace;
#[cfg(test)]
mod random;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod sums;

use contract::orders_etl::OrdersEtl;
use runtime::{
    Sleep,
    aws::{S3, SecretsManager, Topics},
    now, start,
};
use std::process::ExitCode;
use warehouse::{Database, PAUSES};

fn main() -> ExitCode {
    start::<OrdersEtl, _>(async |env| {
        let database = Database::named("the orders", &env.database, &env.authorities, SecretsManager::connect().await)?;
        handle::Etl {
            objects: S3::default(),
            notices: Topics::connect().await,
            database,
            pause: Sleep,
            clock: now,
            migrations: migrations::MIGRATIONS,
            pauses: PAUSES,
            env,
        }
        .checked()
    })
}
