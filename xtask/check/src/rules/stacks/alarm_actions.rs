//! Whom an alarm tells, itself or by way of an alarm that is made of others.

use crate::rules::shared::same;
use crate::world::{Resource, World};

pub(super) const ALARM: &str = "AWS::CloudWatch::Alarm";
pub(super) const COMPOSITE: &str = "AWS::CloudWatch::CompositeAlarm";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tells {
    Somebody,
    /// With what is the matter.
    Nobody(&'static str),
    Unknown,
}

pub(super) fn tells(world: &World, alarm: &Resource) -> Tells {
    if acts(alarm) {
        return Tells::Somebody;
    }
    let mut unknown = false;
    for around in world.of_kind(COMPOSITE).filter(|around| !same(around, alarm)) {
        let within = takes_up(world, around, alarm);
        if within == Some(true) && acts(around) {
            return Tells::Somebody;
        }
        // Only one level is followed: whoever builds more of them knows what they tell.
        unknown |= within != Some(false);
    }
    match is_off(alarm) {
        _ if unknown => Tells::Unknown,
        true => Tells::Nobody("has its actions switched off and tells nobody"),
        false => Tells::Nobody("tells nobody"),
    }
}

fn acts(alarm: &Resource) -> bool {
    !is_off(alarm) && !alarm.get("AlarmActions").items().is_empty()
}

pub(super) fn is_off(alarm: &Resource) -> bool {
    alarm.get("ActionsEnabled").bool() == Some(false)
}

/// Whether the rule of a composite alarm names an alarm, as in `ALARM("name") OR ALARM(arn)`.
fn takes_up(world: &World, around: &Resource, alarm: &Resource) -> Option<bool> {
    let (name, arn) = (alarm.name(), alarm.arn(&world.location));
    let rule = around.get("AlarmRule");
    let mut named = rule.text().unwrap_or_default().split(['(', ')']).map(|part| part.trim().trim_matches('"'));
    (!rule.is_unknown()).then(|| named.any(|part| part == name || part == arn))
}
