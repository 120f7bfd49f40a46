//! `load-rates`: the newest prices go into PostgreSQL, all of a batch at once.
//!
//! Readers see the batch before or this one, with its ports and regions, and never wait for it: see [`run`] for the steps
//! and [`slots`] for what a reader sees who stays for long.

mod closure;
mod handle;
mod intake;
mod migrations;
mod newest;
mod notice;
mod part;
mod parts;
mod reference;
mod refusal;
mod report;
mod run;
mod session;
mod slots;
mod swap;
mod trouble;

#[cfg(test)]
mod averages;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod pace;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod stories;

use contract::load_rates::LoadRates;
use runtime::{
    Loadable, Sleep, WarehousePlace,
    aws::{S3, SecretsManager, Topics},
    now, packed, start,
};
use std::process::ExitCode;
use warehouse::{SecretLogin, Server, Trust};

fn main() -> ExitCode {
    start::<LoadRates, _>(async |env| {
        let WarehousePlace::Postgres { server, .. } = env.database.place()? else {
            return Err("prices go into a PostgreSQL: DATABASE has to begin with postgres://".into());
        };
        let logins = SecretLogin::new(&env.database, SecretsManager::connect().await, Sleep);
        let trust = Trust::parse(&packed(&env.authorities)?)?;
        handle::Loader {
            objects: S3::default(),
            notices: Topics::connect().await,
            database: session::Database { server: Server::parse(&server)?, logins, trust },
            pause: Sleep,
            clock: now,
            pauses: handle::PAUSES,
            env,
        }
        .checked()
    })
}
