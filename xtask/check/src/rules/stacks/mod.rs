//! Across stacks and stages: imports and exports, names, limits, what becomes of data, who is told of failures.

mod alarm_actions;
mod alarm_permission;
mod alarms;
mod board;
mod dashboard;
mod data_policies;
mod export_twice;
mod import_order;
mod import_unknown;
mod limits;
mod name_length;
mod name_twice;

use crate::rule::Rule;

pub(super) const ALL: [&Rule; 14] = [
    &import_unknown::RULE,
    &import_order::RULE,
    &export_twice::RULE,
    &data_policies::RULE,
    &data_policies::IN_TRANSIT,
    &name_twice::RULE,
    &name_length::RULE,
    &limits::SIZE,
    &limits::INLINE,
    &limits::COUNTS,
    &limits::PARAMETERS,
    &alarms::RULE,
    &alarm_permission::RULE,
    &dashboard::RULE,
];
