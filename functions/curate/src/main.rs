//! `curate`: makes Parquet of the prices that were pulled, all of a batch or nothing, and decides whether it may be read.
//!
//! What a batch leaves behind is written in an order in which each step says that all before it are done: its parts,
//! what was decided of it, what lets it be read, and last what its source is asked for news with. Whoever comes again goes
//! on from there, and all of it follows from the pages alone.

mod columns;
mod conclude;
mod csv;
mod documents;
mod handle;
mod intake;
mod json;
mod pages;
mod parts;
mod publish;
mod quarantine;
mod row;
mod sorted;
mod window;
mod xml;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod engines;
#[cfg(test)]
mod pace;
#[cfg(test)]
mod publishing;
#[cfg(test)]
mod random;
#[cfg(test)]
mod stories;

use contract::curate::Curate;
use runtime::{Sleep, aws::S3, start};
use std::process::ExitCode;

fn main() -> ExitCode {
    start::<Curate, _>(async |env| handle::Curator::new(env, S3::default(), Sleep))
}
