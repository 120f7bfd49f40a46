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
    Sleep,
    aws::{S3, SecretsManager, Topics},
    now, start,
};
use std::process::ExitCode;
use warehouse::{Database, PAUSES};

fn main() -> ExitCode {
    start::<LoadRates, _>(async |env| {
        let database = Database::named("prices", &env.database, &env.authorities, SecretsManager::connect().await)?;
        handle::Loader {
            objects: S3::default(),
            notices: Topics::connect().await,
            database,
            pause: Sleep,
            clock: now,
            pauses: PAUSES,
            env,
        }
        .checked()
    })
}
