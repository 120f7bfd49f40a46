//! `consolidate`: of each accommodation in a partners' catalogue, keeps the offer of the partner that stands first in
//! the priority list.

mod best;
mod elements;
mod entry;
mod handle;
mod intake;
mod offer;
mod output;
mod partners;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod pace;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod stories;

use contract::consolidate::Consolidate;
use runtime::{
    Sleep,
    aws::{S3, Tables, Topics},
    start,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    start::<Consolidate, _>(async |env| {
        let (items, notices) = (Tables::connect().await, Topics::connect().await);
        handle::Consolidator::new(env, S3::default(), items, notices, Sleep)
    })
}
