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

/// The families, by name, in the order in which their rules are listed.
pub fn families() -> [(&'static str, &'static [&'static Rule]); 7] {
    [
        ("queues", &queues::ALL),
        ("streams", &streams::ALL),
        ("storage", &storage::ALL),
        ("functions", &functions::ALL),
        ("machines", &machines::ALL),
        ("identity", &identity::ALL),
        ("stacks", &stacks::ALL),
    ]
}

/// All of them, in the order in which they are listed.
pub fn all() -> Vec<&'static Rule> {
    families().iter().flat_map(|(_, rules)| rules.iter().copied()).collect()
}
