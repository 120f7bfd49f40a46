//! Follows a stack's operation through its events: none lost, none twice.

use std::collections::HashSet;
use std::time::Duration;

use crate::cloud::{Answer, Cloud, Event, Fault, StackState, Standing};
use crate::progress::Task;

/// What was seen of a stack's history so far.
pub(crate) struct Follower {
    stack_id: String,
    seen: HashSet<String>,
}

impl Follower {
    /// Starts after everything that has happened already: what comes next belongs to our operation.
    pub(crate) async fn from_now<C: Cloud>(cloud: &C, stack_id: &str) -> Answer<Self> {
        let mut follower = Self { stack_id: stack_id.to_owned(), seen: HashSet::new() };
        follower.news(cloud).await?;
        Ok(follower)
    }

    /// Events not seen before, oldest first. Pages are read until one holds nothing new: events of the same second,
    /// and bursts longer than a page, are all there.
    pub(crate) async fn news<C: Cloud>(&mut self, cloud: &C) -> Answer<Vec<Event>> {
        let mut fresh = Vec::new();
        let mut page = None;
        loop {
            let (events, next) = match cloud.events(&self.stack_id, page).await {
                Err(error) if error.fault == Fault::NotFound => break,
                answer => answer?,
            };
            let before = fresh.len();
            fresh.extend(events.into_iter().filter(|event| self.seen.insert(event.id.clone())));
            page = next;
            if page.is_none() || fresh.len() == before {
                break;
            }
        }
        fresh.reverse();
        Ok(fresh)
    }
}

/// Waits until the operation has ended. Returns how the stack stands, `None` if it is gone, and what failed on the way.
/// A poll that fails is no failed operation: only expired credentials end the wait.
pub(crate) async fn follow<C: Cloud>(
    cloud: &C,
    follower: &mut Follower,
    pace: Duration,
    task: &Task,
) -> Answer<(Option<StackState>, Vec<Event>)> {
    let mut failures = Vec::new();
    let mut lost_polls = 0;
    loop {
        match look(cloud, follower, task, &mut failures).await {
            Ok(Some(ended)) => return Ok((ended, failures)),
            Ok(None) => lost_polls = 0,
            Err(error) => {
                lost_polls += 1;
                let hopeless = matches!(error.fault, Fault::Expired | Fault::Denied | Fault::NoCredentials);
                if hopeless || lost_polls > 20 {
                    return Err(error);
                }
            }
        }
        tokio::time::sleep(pace).await;
    }
}

async fn look<C: Cloud>(
    cloud: &C,
    follower: &mut Follower,
    task: &Task,
    failures: &mut Vec<Event>,
) -> Answer<Option<Option<StackState>>> {
    // Asked first, so that events up to the end are among those read after it.
    let state = cloud.stack(&follower.stack_id).await?;
    for event in follower.news(cloud).await? {
        show(task, &event);
        if event.status.ends_with("_FAILED") {
            failures.push(event);
        }
    }
    let ended = match &state {
        None => true,
        Some(state) => state.status.standing() != Standing::Busy,
    };
    Ok(ended.then_some(state))
}

fn show(task: &Task, event: &Event) {
    let line = format!("  {:<28} {:<26} {}", event.status, event.logical_id, event.kind);
    match &event.reason {
        Some(reason) if event.status.ends_with("_FAILED") => task.note(&format!("{line}\n      {reason}")),
        _ => task.note(line.trim_end()),
    }
}
