//! `autoscale-shards`: gives the taxi stream as many shards as what comes in asks for.
//!
//! It is started by alarms, which tell of a crossing at once, and by a schedule, which looks again and again. Two that are
//! started at once decide the same from the same numbers, and Kinesis lets one of them. What is decided, and when, is in
//! the crate `shards`; when it was done is a tag of the stream. A function that dies before it has set the tag leaves one
//! operation out of its count, and Kinesis counts all the same: it refuses one too many, which is an answer.

mod handle;
mod report;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod stories;

use contract::autoscale_shards::AutoscaleShards;
use runtime::{Sleep, aws::Kinesis, now, start};
use std::process::ExitCode;

fn main() -> ExitCode {
    start::<AutoscaleShards, _>(async |env| {
        handle::Autoscaler { streams: Kinesis::connect().await, pause: Sleep, clock: now, env }.checked()
    })
}
