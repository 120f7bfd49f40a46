//! Functions: what they are given, how long they run, and where they are.

mod destination;
mod environment_size;
mod log_group;
mod log_retention;
mod memory;
mod network;
mod reserved_name;
mod secret;
mod signing;
mod timeout;

use crate::rule::Rule;

pub(super) static ALL: [&Rule; 10] = [
    &environment_size::RULE,
    &reserved_name::RULE,
    &secret::RULE,
    &log_group::RULE,
    &log_retention::RULE,
    &timeout::RULE,
    &memory::RULE,
    &network::RULE,
    &destination::RULE,
    &signing::RULE,
];
