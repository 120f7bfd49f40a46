//! `write-to-s3`: stores the trips of each batch of the stream as one JSON array, and what is not a trip in quarantine.

mod folder;
mod format;
mod group;
mod handle;
mod name;

#[cfg(test)]
mod pace;
#[cfg(test)]
mod schedules;

use contract::write_to_s3::WriteToS3;
use runtime::{Sleep, aws::S3, start};
use std::process::ExitCode;

fn main() -> ExitCode {
    start::<WriteToS3, _>(async |env| handle::Writer::new(env, S3::default(), Sleep))
}
