//! Streams, the functions that read them, and delivery streams.

mod bisect;
mod buffering;
mod concurrency;
mod delivery;
mod error_prefix;
mod failure_destination;
mod partial_response;
mod prefix;
mod record_age;
mod retention;
mod retries;
mod start;

use crate::rule::Rule;

pub(super) static ALL: [&Rule; 11] = [
    &failure_destination::RULE,
    &bisect::RULE,
    &retries::RULE,
    &record_age::RULE,
    &partial_response::RULE,
    &concurrency::RULE,
    &retention::RULE,
    &start::RULE,
    &buffering::RULE,
    &error_prefix::RULE,
    &prefix::RULE,
];
