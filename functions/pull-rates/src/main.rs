//! `pull-rates`: gets the prices of a remote source, page by page, and stores them as they came.
//!
//! However often a batch is pulled, and wherever that is cut off, its manifest names pages of one state of the source, each of
//! them whole: see [`run`] for what holds that together. It runs as a function or, where a source takes longer than a
//! function may, as a task.

mod address;
mod credentials;
mod digest;
mod handle;
mod limits;
mod link;
mod page;
mod progress;
mod remote;
mod run;
mod scan;
mod trouble;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod faults;
#[cfg(test)]
#[expect(dead_code, reason = "tests of the binary share it, and look at more of it")]
mod site;
#[cfg(test)]
mod stories;

use contract::pull_rates::{EVENT, PullRates};
use runtime::{
    Sleep,
    aws::{S3, SecretsManager},
    start_or_once,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    start_or_once::<PullRates, _>(EVENT, async |env| {
        let (objects, secrets) = (S3::default(), SecretsManager::connect().await);
        handle::Puller::new(env, objects, secrets, Sleep, limits::Limits::default())
    })
}
