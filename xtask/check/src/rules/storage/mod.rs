//! Buckets and what they tell, events, and schedules.

mod bucket_lifecycle;
mod bucket_public;
mod bucket_tls;
mod bucket_versioning;
mod cron;
mod event_pattern;
mod flow;
mod notification_order;
mod notification_overlap;
mod notification_permission;
mod notification_source;
mod notifications;
mod schedule;
mod service_key;
mod subscription;
mod target_alias;
mod target_dead_letter;
mod target_permission;
mod zones;

use crate::rule::Rule;

pub(super) static ALL: [&Rule; 16] = [
    &notification_source::RULE,
    &notification_permission::RULE,
    &notification_order::RULE,
    &notification_overlap::RULE,
    &flow::RULE,
    &subscription::RULE,
    &service_key::RULE,
    &event_pattern::RULE,
    &schedule::RULE,
    &target_permission::RULE,
    &target_dead_letter::RULE,
    &target_alias::RULE,
    &bucket_tls::RULE,
    &bucket_public::RULE,
    &bucket_versioning::RULE,
    &bucket_lifecycle::RULE,
];
