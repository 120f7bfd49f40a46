//! `clean-sample`: cleans the records of a file, one a line, and puts aside those that are none.

mod cleaned;
mod handle;
mod record;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod stories;

use contract::clean_sample::CleanSample;
use runtime::{
    Sleep,
    aws::{S3, Topics},
    start,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    start::<CleanSample, _>(async |env| handle::Cleaner::new(env, S3::default(), Topics::connect().await, Sleep))
}
