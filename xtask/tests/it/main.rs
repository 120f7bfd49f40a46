//! Tests of the whole: the command line as a user types it, and the house rules.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod autoscale;
mod bootstrap;
mod code_change;
mod command_line;
mod common;
mod copies;
mod docs;
mod house;
mod interruptions;
mod least_privilege;
mod local_stage;
mod machine;
mod orders;
mod page;
mod queues;
mod rates;
mod releases;
mod tutorial;
mod two_at_once;
mod upkeep;
mod watching;
mod workflows;
