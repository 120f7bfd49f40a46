//! The course of one execution: pull, weigh, curate, and what is told when that goes wrong.

use contract::{Ref, Topic};
use serde_json::{Value, json};

use crate::blocks::{
    JobView, Limits, Machine, Retries, States, TaskView, To, Version, When, Work, from, input, machine,
};
use crate::stage::{Engine, Rates, Stage};

/// What pulls.
pub(super) enum Puller {
    Function(Version),
    Task(Box<TaskView>),
}

pub(super) struct Steps<'a> {
    pub(super) stage: &'a Stage,
    pub(super) settings: &'a Rates,
    pub(super) puller: &'a Puller,
    pub(super) curate: Version,
    pub(super) spark: Option<&'a JobView>,
    pub(super) alerts: &'a Ref<Topic>,
    pub(super) key: Value,
}

/// Beyond a function's own time-out, after which its answer is not waited for any more.
const ANSWER: u32 = 30;
/// For containers and machines to be found and started.
const START: u32 = 600;
/// To publish a notice.
const NOTICE: u32 = 60;

const PULL: &str = "$.pull";
const WEIGHED: &str = "$.weighed";
const CURATED: &str = "$.curated";
const FAILURE: &str = "$.failure";

pub(super) fn course(steps: &Steps<'_>) -> Machine {
    machine(
        "Pulls prices from their source, and makes Parquet of them: all of a batch, or nothing",
        steps.longest(),
        |states| {
            let failed = states.fail("Failed", FAILURE);
            // What went wrong is said at the end, whether anybody could be told of it or not.
            let untold = Limits { error_at: "$.untold", ..steps.limits(NOTICE, failed) };
            let tell = states.task("Tell", steps.notice(), &untold, None, failed);
            let done = states.succeed("Done");
            let curate = steps.curating(states, tell, done);
            let pull = steps.pulling(states, tell, curate);
            steps.beginning(states, tell, pull)
        },
    )
}

impl Steps<'_> {
    fn beginning<'id>(&self, states: &mut States<'id>, tell: To<'id>, pull: To<'id>) -> To<'id> {
        let batch = json!({ "run.$": "$$.Execution.Name", "started.$": "$$.Execution.StartTime" });
        let batch = ("batch", input(batch));
        if self.settings.source.is_some() {
            return states.put("Begin", &[batch], PULL, pull);
        }
        let unnamed = [
            ("state", input("Begin")),
            ("Error", input("NoSource")),
            ("Cause", input("The stage names no source, and neither does the execution: {\"source\": \"https://…\"}")),
        ];
        let unnamed = states.put("NoSource", &unnamed, FAILURE, tell);
        let begin = states.put("Begin", &[batch, ("source", from("$.source"))], PULL, pull);
        states.choose("IsSourceNamed", &[(When::Present("$.source"), begin)], unnamed)
    }

    fn pulling<'id>(&self, states: &mut States<'id>, tell: To<'id>, next: To<'id>) -> To<'id> {
        let given_up = failing(states, "PullFailed", "Pull", tell);
        match self.puller {
            Puller::Function(version) => {
                let limits = self.limits(self.settings.pull.seconds() + ANSWER, given_up);
                states.task("Pull", Work::invoke(*version, from(PULL), &[]), &limits, None, next)
            }
            Puller::Task(task) => {
                let seconds = self.settings.pull.seconds() + START;
                let limits = self.limits(seconds, given_up);
                let larger = states.task("PullWithMoreMemory", Work::run(task, PULL, true), &limits, None, next);
                let cause = [FAILURE, ".Cause"].concat();
                let fits = [(When::Like(&cause, "*OutOfMemory*"), larger)];
                let why = states.choose("DidMemoryRunOut", &fits, given_up);
                states.task("Pull", Work::run(task, PULL, false), &self.limits(seconds, why), None, next)
            }
        }
    }

    fn curating<'id>(&self, states: &mut States<'id>, tell: To<'id>, done: To<'id>) -> To<'id> {
        let refusal = [("state", input("Curate")), ("Error", input("Rejected")), ("Cause", from("$.curated.told"))];
        let rejected = states.put("Rejected", &refusal, FAILURE, tell);
        let decided = states.choose("IsCurated", &[(When::Is("$.curated.outcome", "curated"), done)], rejected);

        let seconds = self.settings.curate.timeout_seconds + ANSWER;
        let kept = [("outcome", "$.Payload.outcome"), ("told", "$.Payload.told"), ("bytes", "$.Payload.bytes")];
        let ask =
            |what: &str| Work::invoke(self.curate, input(json!({ "batch.$": "$.pull.batch", "ask": what })), &kept);
        let by_function = |states: &mut States<'id>| {
            let given_up = failing(states, "CurateFailed", "Curate", tell);
            states.task("Curate", ask("curate"), &self.limits(seconds, given_up), Some(CURATED), decided)
        };
        let by_spark = |states: &mut States<'id>, job: &JobView, minutes: u32| {
            let given_up = failing(states, "PublishFailed", "Publish", tell);
            let publish =
                states.task("Publish", ask("publish"), &self.limits(seconds, given_up), Some(CURATED), decided);
            let given_up = failing(states, "CurateWithSparkFailed", "CurateWithSpark", tell);
            let work = Work::spark(job, [("--batch", from("States.JsonToString($.pull.batch)"))]);
            let limits = self.limits(minutes * 60 + START, given_up);
            states.task("CurateWithSpark", work, &limits, None, publish)
        };
        let unchanged = (When::Is("$.weighed.outcome", "unchanged"), done);
        let chosen = match (self.settings.engine, self.spark) {
            (Engine::Both { above_bytes, spark }, Some(job)) => {
                let by_spark = by_spark(states, job, spark.timeout_minutes);
                let by_function = by_function(states);
                let much = (When::Above("$.weighed.bytes", above_bytes), by_spark);
                states.choose("HowMuch", &[unchanged, much], by_function)
            }
            (Engine::Glue(spark), Some(job)) => {
                let by_spark = by_spark(states, job, spark.timeout_minutes);
                states.choose("IsThereNews", &[unchanged], by_spark)
            }
            _ => {
                let by_function = by_function(states);
                states.choose("IsThereNews", &[unchanged], by_function)
            }
        };
        let given_up = failing(states, "WeighFailed", "Weigh", tell);
        states.task("Weigh", ask("weigh"), &self.limits(seconds, given_up), Some(WEIGHED), chosen)
    }

    fn limits<'id>(&self, seconds: u32, failed: To<'id>) -> Limits<'id> {
        let retry = self.settings.retry;
        Limits { seconds, retries: Retries::patient(retry.attempts, retry.seconds), failed, error_at: FAILURE }
    }

    fn notice(&self) -> Work {
        let name = format!("{}-{}", self.stage.project, self.stage.name);
        let subject = format!("States.Format('{name}: rates failed in {{}}', $.failure.state)");
        let message = format!(
            "States.Format('The execution {{}} of the rates pipeline of {name} failed in its step {{}}.\n\n{{}}: {{}}\n\nNothing of \
             it can be read; what could be read before still can. When the cause is mended, begin it again, or leave it to \
             the schedule.', $$.Execution.Name, $.failure.state, $.failure.Error, $.failure.Cause)"
        );
        Work::tell(self.alerts, self.key.clone(), &subject, &message)
    }

    /// The longest that an execution can take: every attempt of every step, and as long again for pauses between them.
    fn longest(&self) -> u32 {
        let spark = self.settings.engine.spark().map_or(0, |spark| spark.timeout_minutes * 60 + START);
        let pulling = 2 * (self.settings.pull.seconds() + START);
        let once = pulling + 3 * (self.settings.curate.timeout_seconds + ANSWER) + spark + NOTICE;
        2 * once * (self.settings.retry.attempts + 1)
    }
}

/// Notes which step failed, beside its error.
fn failing<'id>(states: &mut States<'id>, name: &'static str, step: &str, tell: To<'id>) -> To<'id> {
    let values = [("state", input(step)), ("Error", from("$.failure.Error")), ("Cause", from("$.failure.Cause"))];
    states.put(name, &values, FAILURE, tell)
}

#[cfg(test)]
mod tests {
    use contract::curate::{Ask, Wish};
    use contract::pull_rates::Pull;
    use serde_json::json;

    #[test]
    fn the_functions_read_what_the_machine_sends() {
        let batch = json!({ "run": "a-1", "started": "2026-11-21T02:00:07.123Z" });
        let wish: Wish = serde_json::from_value(json!({ "batch": batch, "ask": "weigh" })).unwrap();
        assert_eq!(wish.ask, Ask::Weigh);
        let pull: Pull = serde_json::from_value(json!({ "batch": batch })).unwrap();
        assert_eq!(pull.source, None);
        let pull = json!({ "batch": batch, "source": "https://rates.example.com/" });
        assert!(serde_json::from_value::<Pull>(pull).is_ok_and(|pull| pull.source.is_some()));
    }
}
