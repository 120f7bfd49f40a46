//! Schedules: a function or a state machine is begun at a time of day, and what could not be begun or done is kept.

use serde::Serialize;
use serde_json::{Map, Value};

use super::version::live;
use super::{Bounds, Scope, Tags};
use crate::stage;

#[derive(Debug, Serialize)]
pub struct ScheduleView {
    id: &'static str,
    name: String,
    description: &'static str,
    expression: String,
    time_zone: String,
    state: &'static str,
    target: Value,
    /// What the schedule's role is allowed for that.
    action: &'static str,
    input: String,
    /// Where it goes what could not be begun.
    failures: Value,
    bounds: Bounds,
    tags: Tags,
}

/// What a schedule begins.
pub enum Begun<'a> {
    /// By its logical id, with what it is asked for besides: whatever of it is live.
    Function(&'a str, Map<String, Value>),
    /// By its ARN, or an alias's.
    Machine(Value),
}

impl Begun<'_> {
    /// The target, what it is asked for, and with what.
    fn asked(self) -> (Value, &'static str, String) {
        match self {
            Self::Function(id, asked) => (live(id), "lambda:InvokeFunction", input(asked)),
            Self::Machine(arn) => (arn, "states:StartExecution", "{}".to_owned()),
        }
    }
}

/// What the scheduler puts its own time in place of.
const SCHEDULED: &str = "<aws.scheduler.scheduled-time>";

impl ScheduleView {
    /// Begins something every so many minutes.
    pub fn every(
        scope: &Scope,
        (id, thing): (&'static str, &str),
        description: &'static str,
        begun: Begun<'_>,
        minutes: u32,
        failures: Value,
    ) -> Self {
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        let (target, action, input) = begun.asked();
        Self {
            id,
            name: scope.name(thing),
            description,
            expression: format!("rate({minutes} {unit})"),
            time_zone: "UTC".to_owned(),
            state: "ENABLED",
            target,
            action,
            input,
            failures,
            bounds: scope.bounds(),
            tags: scope.tags.clone(),
        }
    }

    /// Begins something once a day. A function is told when that was; a machine knows when it began.
    pub fn daily(
        scope: &Scope,
        (id, thing): (&'static str, &str),
        description: &'static str,
        begun: Begun<'_>,
        settings: stage::Schedule,
        failures: Value,
    ) -> Self {
        let stage::TimeOfDay { hour, minute } = settings.at;
        let (target, action, input) = begun.asked();
        Self {
            id,
            name: scope.name(thing),
            description,
            expression: format!("cron({minute} {hour} * * ? *)"),
            time_zone: settings.time_zone.into(),
            state: if settings.enabled { "ENABLED" } else { "DISABLED" },
            target,
            action,
            input,
            failures,
            bounds: scope.bounds(),
            tags: scope.tags.clone(),
        }
    }
}

fn input(mut asked: Map<String, Value>) -> String {
    asked.insert("scheduled".to_owned(), SCHEDULED.into());
    Value::Object(asked).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Map, SCHEDULED, input};
    use contract::{autoscale_shards::Start, load_rates::LoadWish, orders_etl::Daily, schedule_dms::Nightly};

    #[test]
    fn the_functions_read_what_the_scheduler_sends() {
        let sent = |asked| input(asked).replace(SCHEDULED, "2022-09-05T04:00:00Z");
        let plain = sent(Map::new());
        assert!(serde_json::from_str::<Daily>(&plain).is_ok_and(|daily| daily.scheduled.is_some()));
        assert!(serde_json::from_str::<LoadWish>(&plain).is_ok_and(|wish| wish.scheduled.is_some() && !wish.prepare));
        assert!(serde_json::from_str::<Nightly>(&plain).is_ok_and(|nightly| nightly.scheduled.is_some()));
        assert!(serde_json::from_str::<Start>(&plain).is_ok_and(|start| start.alarm.is_none()));
        let prepare = sent(Map::from_iter([("prepare".to_owned(), true.into())]));
        assert!(serde_json::from_str::<LoadWish>(&prepare).is_ok_and(|wish| wish.prepare));
    }
}
