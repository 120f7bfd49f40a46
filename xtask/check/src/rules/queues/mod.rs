//! Queues, the queues behind them, and the mappings that hand their messages to functions.

mod alias;
mod batch_window;
mod concurrency;
mod dead_letter;
mod dead_letter_kind;
mod dead_letter_retention;
mod filter;
mod one_consumer;
mod partial_response;
mod permission;
mod policy_order;
mod receive_count;
mod redrive;
mod visibility;

use crate::rule::Rule;

pub(super) static ALL: [&Rule; 13] = [
    &visibility::RULE,
    &dead_letter::RULE,
    &dead_letter_kind::RULE,
    &dead_letter_retention::RULE,
    &receive_count::RULE,
    &batch_window::RULE,
    &partial_response::RULE,
    &concurrency::RULE,
    &one_consumer::RULE,
    &filter::RULE,
    &alias::RULE,
    &permission::RULE,
    &policy_order::RULE,
];
