//! Schedules: a function is begun at a time of day, and what could not be begun or done is kept.

use contract::Function;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Scope, Tags};
use crate::stage;

#[derive(Debug, Serialize)]
pub struct ScheduleView {
    id: &'static str,
    name: String,
    description: &'static str,
    expression: String,
    time_zone: String,
    state: &'static str,
    /// The logical id of the function.
    function: &'static str,
    input: String,
    /// Where it goes what could not be begun.
    failures: Value,
    tags: Tags,
}

/// What the scheduler puts its own time in place of.
const SCHEDULED: &str = "<aws.scheduler.scheduled-time>";

impl ScheduleView {
    /// Begins a function once a day, and tells it when that was.
    pub fn daily<F: Function>(
        scope: &Scope,
        (id, thing): (&'static str, &str),
        function: &'static str,
        settings: stage::Schedule,
        failures: Value,
    ) -> Self {
        let stage::TimeOfDay { hour, minute } = settings.at;
        Self {
            id,
            name: scope.name(thing),
            description: F::DESCRIPTION,
            expression: format!("cron({minute} {hour} * * ? *)"),
            time_zone: settings.time_zone.into(),
            state: if settings.enabled { "ENABLED" } else { "DISABLED" },
            function,
            input: input(),
            failures,
            tags: scope.tags.clone(),
        }
    }
}

fn input() -> String {
    json!({ "scheduled": SCHEDULED }).to_string()
}

#[cfg(test)]
mod tests {
    use super::{SCHEDULED, input};
    use contract::orders_etl::Daily;

    #[test]
    fn the_function_reads_what_the_scheduler_sends() {
        let sent = input().replace(SCHEDULED, "2022-09-05T04:00:00Z");
        assert!(serde_json::from_str::<Daily>(&sent).is_ok_and(|daily| daily.scheduled.is_some()));
    }
}
