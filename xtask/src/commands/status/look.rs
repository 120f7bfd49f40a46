//! Asks all services at once how the pipelines do. What one of them does not tell stays unknown, and is said.

use chrono::Utc;
use engine::cloud::{Answer, CloudError, Fault};
use engine::status::StackStanding;
use futures_util::future::join_all;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use watch::ask::{of_the_day, of_the_hour};
use watch::figures::{Asked, Depth};
use watch::parts::{Named, Pipeline};

use crate::cloud::Aws;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// Executions of a state machine that are shown.
const EXECUTIONS: i32 = 2;

/// What was not told, in words.
#[derive(Default)]
struct Unseen(RefCell<BTreeSet<String>>);

impl Unseen {
    fn known<T>(&self, answer: Answer<T>) -> Option<T> {
        answer.map_err(|error| self.0.borrow_mut().insert(why(&error))).ok()
    }
}

fn why(error: &CloudError) -> String {
    let call = error.call;
    match error.fault {
        Fault::Denied => format!("these credentials may not ask {call}"),
        Fault::Throttled => format!("{call} was throttled"),
        Fault::NotFound => format!("{call} knows less than the stage's file"),
        _ => format!("{call} did not answer: {}", error.message),
    }
}

/// Everything that is known of the pipelines, and what could not be asked.
pub(super) async fn look(
    cloud: &Aws,
    prefix: &str,
    pipelines: &[Pipeline],
    stacks: &[StackStanding],
) -> (Asked, Vec<String>) {
    let there = physical(stacks);
    let id = |of: &Named| there.get(&(of.stack.as_str(), of.id.as_str())).copied();
    let queues = pipelines.iter().flat_map(|pipeline| &pipeline.queues).map(|queue| &queue.at);
    let queues = queues.filter_map(|queue| Some((queue.name.clone(), id(queue)?)));
    let streams = pipelines.iter().flat_map(|it| &it.streams).filter(|stream| id(stream).is_some());
    let machines = pipelines.iter().flat_map(|it| &it.machines);
    let machines = machines.filter_map(|machine| Some((machine.name.clone(), id(machine)?)));

    let unseen = Unseen::default();
    let (unseen_ref, now) = (&unseen, Utc::now().timestamp());
    let (hour, day) = (of_the_hour(pipelines), of_the_day(pipelines));
    let minute = now - now.rem_euclid(60);
    let (hour, day, depths, shards, executions, sounding) = futures_util::join!(
        cloud.metrics(&hour, minute - HOUR, now, 60),
        cloud.metrics(&day, minute - DAY, now, 300),
        join_all(queues.map(|(name, url)| async move {
            let depth = unseen_ref.known(cloud.depth(url).await)?;
            Some((name, Depth { waiting: depth.waiting as u64, at_work: depth.at_work as u64 }))
        })),
        join_all(streams.map(|stream| async move {
            Some((stream.name.clone(), unseen_ref.known(cloud.open_shards(&stream.name).await)?))
        })),
        join_all(machines.map(|(name, arn)| async move {
            Some((name, unseen_ref.known(cloud.last_executions(arn, EXECUTIONS).await)?))
        })),
        cloud.sounding(prefix),
    );
    let asked = Asked {
        now,
        hour: unseen.known(hour).unwrap_or_default(),
        day: unseen.known(day).unwrap_or_default(),
        depths: depths.into_iter().flatten().collect(),
        shards: shards.into_iter().flatten().collect(),
        executions: executions.into_iter().flatten().collect(),
        sounding: unseen.known(sounding),
    };
    (asked, unseen.0.into_inner().into_iter().collect())
}

/// What each resource is called by its service: a queue by its URL, a state machine by its ARN.
fn physical(stacks: &[StackStanding]) -> BTreeMap<(&str, &str), &str> {
    let resources = stacks.iter().flat_map(|stack| stack.resources.iter().map(move |resource| (stack, resource)));
    resources
        .filter(|(_, resource)| !resource.physical_id.is_empty() && resource.status != "DELETE_COMPLETE")
        .map(|(stack, resource)| ((stack.name.as_str(), resource.logical_id.as_str()), resource.physical_id.as_str()))
        .collect()
}
