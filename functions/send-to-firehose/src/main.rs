//! `send-to-firehose`: forwards each trip of the stream as one line of JSON.

mod chunk;
mod handle;

#[cfg(test)]
mod pace;
#[cfg(test)]
mod schedules;

use contract::send_to_firehose::SendToFirehose;
use runtime::{Sleep, aws::Firehose, start};
use std::process::ExitCode;

fn main() -> ExitCode {
    start::<SendToFirehose, _>(async |env| handle::Sender::new(env, Firehose::connect().await, Sleep))
}
