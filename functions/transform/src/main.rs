//! `transform`: turns an hour's listings, however they are packed, into CSV files of flats, addresses and agencies.

mod archive;
mod batch;
mod handle;
mod listing;
mod sheet;
mod sheets;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod pace;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod stories;

use contract::transform::Transform;
use runtime::{
    Sleep,
    aws::{S3, Topics},
    start,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    start::<Transform, _>(async |env| handle::Transformer::new(env, S3::default(), Topics::connect().await, Sleep))
}
