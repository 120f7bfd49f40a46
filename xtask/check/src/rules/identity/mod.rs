//! Identity: who may do what, and who may not.

mod action_fits;
mod deputy;
mod everybody;
mod overwritten;
mod parameter;
mod pass_role;
mod star_action;
mod star_resource;
mod taking;
mod trust;

use crate::rule::Rule;

pub(super) const ALL: [&Rule; 9] = [
    &star_action::RULE,
    &star_resource::RULE,
    &action_fits::RULE,
    &trust::RULE,
    &pass_role::RULE,
    &deputy::RULE,
    &everybody::RULE,
    &parameter::RULE,
    &overwritten::RULE,
];
