//! The commands, one file each: its arguments, whose comments are the help, and `run`.

pub(crate) mod bench;
pub(crate) mod bootstrap;
pub(crate) mod build;
pub(crate) mod capacity;
pub(crate) mod check;
pub(crate) mod copy;
pub(crate) mod cost;
pub(crate) mod deploy;
pub(crate) mod destroy;
pub(crate) mod graph;
pub(crate) mod invoke;
pub(crate) mod local;
pub(crate) mod logs;
pub(crate) mod migrate;
pub(crate) mod plan;
pub(crate) mod reap;
pub(crate) mod redrive;
pub(crate) mod render;
pub(crate) mod report;
pub(crate) mod schema;
pub(crate) mod seed;
pub(crate) mod send;
pub(crate) mod simulate;
pub(crate) mod status;
pub(crate) mod test;
pub(crate) mod verify;
