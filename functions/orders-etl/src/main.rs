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
mod trouble;
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
    Loadable, Sleep, WarehousePlace,
    aws::{S3, SecretsManager, Topics},
    now, packed, start,
};
use std::process::ExitCode;
use warehouse::{SecretLogin, Server, Trust};

fn main() -> ExitCode {
    start::<OrdersEtl, _>(async |env| {
        let WarehousePlace::Postgres { server, .. } = env.database.place()? else {
            return Err("the orders go into a PostgreSQL: DATABASE has to begin with postgres://".into());
        };
        let logins = SecretLogin::new(&env.database, SecretsManager::connect().await, Sleep);
        let trust = Trust::parse(&packed(&env.authorities)?)?;
        handle::Etl {
            objects: S3::default(),
            notices: Topics::connect().await,
            database: session::Database { server: Server::parse(&server)?, logins, trust },
            pause: Sleep,
            clock: now,
            migrations: migrations::MIGRATIONS,
            pauses: handle::PAUSES,
            env,
        }
        .checked()
    })
}
