//! The rules: a folder for each family, a file for each rule.

mod functions;
mod glob;
mod grants;
mod identity;
mod machines;
mod pattern;
mod policies;
mod queues;
mod shared;
mod stacks;
mod storage;
mod streams;
#[cfg(test)]
pub(crate) mod tests;

use crate::rule::Rule;

/// All of them, in the order in which they are listed.
pub fn all() -> Vec<&'static Rule> {
    [
        &queues::ALL[..],
        &streams::ALL[..],
        &storage::ALL[..],
        &functions::ALL[..],
        &machines::ALL[..],
        &identity::ALL[..],
        &stacks::ALL[..],
    ]
    .concat()
}
