//! `schedule-dms`: off-peak, has DMS load the newest prices into PostgreSQL, and does not wait for it.
//!
//! What the last run was begun with is a tag of the task, which is set once the run has begun. A function that dies in
//! between leaves the tag of the run before, and so has the same batch loaded once more: that is done for nothing, but
//! nothing is left out. The endpoint would not tell: it is pointed at a batch before anybody knows that a run begins.

mod handle;
mod notice;
mod report;
mod state;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod stories;

use contract::schedule_dms::ScheduleDms;
use runtime::{
    Sleep,
    aws::{DatabaseMigration, S3, Topics},
    start,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    start::<ScheduleDms, _>(async |env| {
        handle::Scheduler {
            objects: S3::default(),
            replications: DatabaseMigration::connect().await,
            notices: Topics::connect().await,
            pause: Sleep,
            env,
        }
        .checked()
    })
}
