//! What is known of each pipeline, worked out of what the services answered. What is not known is none, and never 0.

use serde::Serialize;
use std::collections::BTreeMap;

use crate::ask::{Answers, counted, lambda, last, last_success, oldest, rate, sum};
use crate::parts::{Function, Pipeline};

/// Messages of a queue: those that wait, and those that somebody works on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    pub waiting: u64,
    pub at_work: u64,
}

/// An execution of a state machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Execution {
    pub name: String,
    /// As AWS words it.
    pub status: String,
    /// Seconds since 1970.
    pub begun: i64,
}

/// What was asked of all services. What they did not answer is not in it.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Seconds since 1970.
    pub now: i64,
    pub hour: Answers,
    pub day: Answers,
    pub depths: BTreeMap<String, Depth>,
    pub shards: BTreeMap<String, u64>,
    /// By state machine, the last ones first.
    pub executions: BTreeMap<String, Vec<Execution>>,
    /// Names of alarms that sound.
    pub sounding: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    pub pipeline: String,
    pub functions: Vec<OfFunction>,
    /// Of all queues that are read.
    pub waiting: Option<u64>,
    pub at_work: Option<u64>,
    pub oldest_seconds: Option<u64>,
    pub dead_letters: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shards: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executions: Option<Vec<Execution>>,
    /// Alarms that sound; none if that is not known.
    pub alarms: Option<Vec<String>>,
    /// Whether there is a queue, a stream, a machine at all.
    #[serde(skip)]
    pub has: Has,
}

#[expect(clippy::struct_excessive_bools, reason = "each is there or not, whatever the others are")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Has {
    pub inbox: bool,
    pub stream: bool,
    pub machine: bool,
    pub failures: bool,
}

/// In the last hour.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OfFunction {
    pub function: String,
    #[serde(rename = "in")]
    pub input: Option<u64>,
    pub out: Option<u64>,
    pub dropped: Option<u64>,
    pub rejected: Option<u64>,
    pub invocations: Option<u64>,
    pub errors: Option<u64>,
    pub throttles: Option<u64>,
    pub error_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_seconds: Option<u64>,
    /// Of the last day.
    pub last_success: Option<i64>,
    #[serde(skip)]
    pub reads_stream: bool,
}

const HOUR: i64 = 3600;
/// An age of longer ago says nothing of now.
const FRESH: i64 = 15 * 60;

pub fn figures(pipelines: &[Pipeline], asked: &Asked) -> Vec<Figures> {
    pipelines.iter().map(|pipeline| of_pipeline(pipeline, asked)).collect()
}

fn of_pipeline(pipeline: &Pipeline, asked: &Asked) -> Figures {
    let read = || pipeline.queues.iter().filter(|queue| queue.is_read);
    let failures = || pipeline.queues.iter().filter(|queue| !queue.is_read);
    // Where one is not known, neither is the sum.
    let all = |names: Vec<&str>, of: fn(&Depth) -> u64| {
        names.iter().map(|name| asked.depths.get(*name).map(of)).sum::<Option<u64>>().filter(|_| !names.is_empty())
    };
    let names_read = || read().map(|queue| queue.at.name.as_str()).collect::<Vec<_>>();
    let fresh = |name: &str| last(&asked.hour, &oldest(name), asked.now - FRESH);
    let ages = read().filter_map(|queue| fresh(&queue.at.name));
    let machines = pipeline.machines.iter();
    let executions = machines.filter_map(|machine| asked.executions.get(&machine.name)).flatten().cloned();
    let known = pipeline.machines.iter().any(|machine| asked.executions.contains_key(&machine.name));
    let sounding = asked.sounding.as_ref();
    Figures {
        pipeline: pipeline.name.clone(),
        functions: pipeline.functions.iter().map(|function| of_function(function, asked)).collect(),
        waiting: all(names_read(), |depth| depth.waiting),
        at_work: all(names_read(), |depth| depth.at_work),
        oldest_seconds: ages.reduce(f64::max).map(whole),
        dead_letters: all(failures().map(|queue| queue.at.name.as_str()).collect(), |depth| {
            depth.waiting + depth.at_work
        }),
        shards: pipeline.streams.iter().map(|stream| asked.shards.get(&stream.name).copied()).next().flatten(),
        executions: known.then(|| executions.collect()),
        alarms: sounding.map(|names| names.iter().filter(|name| pipeline.alarms.contains(name)).cloned().collect()),
        has: Has {
            inbox: read().next().is_some(),
            stream: !pipeline.streams.is_empty(),
            machine: !pipeline.machines.is_empty(),
            failures: failures().next().is_some(),
        },
    }
}

fn of_function(function: &Function, asked: &Asked) -> OfFunction {
    let from = asked.now - HOUR;
    let count = |metric| sum(&asked.hour, &counted(metric, &function.name), from);
    let lambdas = |metric| sum(&asked.hour, &lambda(metric, &function.name), from);
    let (invocations, errors) = (lambdas("Invocations"), lambdas("Errors"));
    let behind = last(&asked.hour, &lambda("IteratorAge", &function.name), asked.now - FRESH);
    // The hour is known by the minute, the day is not.
    let hour = last_success(&asked.hour, &function.name);
    OfFunction {
        function: function.short.clone(),
        input: count("In"),
        out: count("Out"),
        dropped: count("Dropped"),
        rejected: count("Rejected"),
        invocations,
        errors,
        throttles: lambdas("Throttles"),
        error_rate: rate(errors, invocations),
        behind_seconds: behind.map(|milliseconds| whole(milliseconds / 1000.0)),
        last_success: hour.or_else(|| last_success(&asked.day, &function.name)),
        reads_stream: function.reads_stream,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "ages are not negative, and short")]
fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::{Named, Queue};

    fn pipeline() -> Pipeline {
        let at = |name: &str| Named { stack: "s".to_owned(), id: "Q".to_owned(), name: name.to_owned() };
        let function =
            |name: &str| Function { name: name.to_owned(), short: name.to_owned(), reads_stream: true, is_task: false };
        Pipeline {
            name: "p".to_owned(),
            functions: vec![function("f")],
            queues: vec![
                Queue { at: at("one"), is_read: true },
                Queue { at: at("two"), is_read: true },
                Queue { at: at("dead"), is_read: false },
            ],
            alarms: vec!["own".to_owned()],
            ..Pipeline::default()
        }
    }

    #[test]
    fn nothing_answered_is_nothing_known() {
        let known = &figures(&[pipeline()], &Asked { now: 10_000, ..Asked::default() })[0];
        assert_eq!((known.waiting, known.dead_letters, known.oldest_seconds, &known.alarms), (None, None, None, &None));
        let function = &known.functions[0];
        assert_eq!(
            (function.input, function.errors, function.error_rate, function.last_success),
            (None, None, None, None)
        );
        let json = serde_json::to_value(known).unwrap();
        assert!(json["waiting"].is_null() && json["functions"][0]["in"].is_null(), "{json}");
    }

    #[test]
    fn figures_are_of_the_last_hour_and_ages_of_now() {
        let now = 10_000;
        let depth = |waiting| Depth { waiting, at_work: 1 };
        let asked = Asked {
            now,
            hour: Answers::from([
                (counted("In", "f"), vec![(now - 3700, 5.0), (now - 60, 7.0)]),
                (lambda("Invocations", "f"), vec![(now - 60, 4.0)]),
                (lambda("Errors", "f"), vec![(now - 60, 1.0)]),
                (lambda("IteratorAge", "f"), vec![(now - 60, 2500.0)]),
                (oldest("one"), vec![(now - 1000, 900.0)]),
                (oldest("two"), vec![(now - 60, 30.0)]),
            ]),
            depths: [("one", depth(2)), ("two", depth(3)), ("dead", depth(0))].map(|(n, d)| (n.to_owned(), d)).into(),
            sounding: Some(vec!["own".to_owned(), "another's".to_owned()]),
            ..Asked::default()
        };
        let mut known = figures(&[pipeline()], &asked).remove(0);
        let function = known.functions.remove(0);
        assert_eq!((function.input, function.out), (Some(7), None));
        assert_eq!((function.error_rate, function.behind_seconds), (Some(0.25), Some(2)));
        assert_eq!(function.last_success, Some(now - 60));
        assert_eq!((known.waiting, known.at_work, known.oldest_seconds), (Some(5), Some(2), Some(30)));
        assert_eq!((known.dead_letters, known.alarms), (Some(1), Some(vec!["own".to_owned()])));
        let fewer = Asked { depths: [("one".to_owned(), depth(2))].into(), ..asked };
        assert_eq!(figures(&[pipeline()], &fewer)[0].waiting, None, "one of two is not known");
    }
}
