//! Follows a stack's operation through its events: none lost, none twice.

use std::collections::HashSet;
use std::time::Duration;

use crate::cloud::{Answer, Cloud, Event, Fault, StackState, StackStatus, Standing};
use crate::progress::Task;

/// What was seen of a stack's history so far.
pub(crate) struct Follower {
    stack_id: String,
    seen: HashSet<String>,
    /// How the stack itself stood in the last of its own events.
    last: Option<StackStatus>,
}

impl Follower {
    /// Starts after everything that has happened already: what comes next belongs to our operation.
    pub(crate) async fn from_now<C: Cloud>(cloud: &C, stack_id: &str) -> Answer<Self> {
        let mut follower = Self { stack_id: stack_id.to_owned(), seen: HashSet::new(), last: None };
        follower.news(cloud).await?;
        follower.last = None;
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
            fresh.extend(events.into_iter().filter(|event| !self.seen.contains(&event.id)));
            page = next;
            if page.is_none() || fresh.len() == before {
                break;
            }
        }
        fresh.reverse();
        // Only now: a page that could not be read must not hide what the pages before it held.
        self.seen.extend(fresh.iter().map(|event| event.id.clone()));
        let own = fresh.iter().rev().find(|event| event.kind == STACK && self.stack_id.contains(&event.logical_id));
        self.last = own.and_then(|event| StackStatus::named(&event.status)).or(self.last);
        Ok(fresh)
    }
}

pub(crate) const STACK: &str = "AWS::CloudFormation::Stack";

/// How many polls in a row may bring nothing new before a stack that says it is at rest is believed without an event.
const QUIET_POLLS: u32 = 40;
/// How many polls in a row may fail before we give up following.
const LOST_POLLS: u32 = 20;

/// Waits until the operation has ended. Returns how the stack stands, `None` if it is gone, and what failed on the way.
///
/// The end is the stack's own event, since a description may still be that of before. A poll that fails is no failed
/// operation: only expired or missing permissions end the wait.
pub(crate) async fn follow<C: Cloud>(
    cloud: &C,
    follower: &mut Follower,
    pace: Duration,
    task: &Task,
) -> Answer<(Option<StackState>, Vec<Event>)> {
    let mut failures = Vec::new();
    let (mut lost, mut quiet) = (0, 0);
    loop {
        match look(cloud, follower, task, &mut failures).await {
            Ok(Look { state, news }) => {
                lost = 0;
                quiet = if news == 0 { quiet + 1 } else { 0 };
                let told = follower.last.is_some() && follower.last == state.as_ref().map(|state| state.status);
                let at_rest = state.as_ref().is_none_or(|state| state.status.standing() != Standing::Busy);
                if state.is_none() || at_rest && (told || quiet > QUIET_POLLS) {
                    return Ok((state, failures));
                }
            }
            Err(error) => {
                lost += 1;
                let hopeless = matches!(error.fault, Fault::Expired | Fault::Denied | Fault::NoCredentials);
                if hopeless || lost > LOST_POLLS {
                    return Err(error);
                }
            }
        }
        tokio::time::sleep(pace).await;
    }
}

struct Look {
    state: Option<StackState>,
    news: usize,
}

async fn look<C: Cloud>(cloud: &C, follower: &mut Follower, task: &Task, failures: &mut Vec<Event>) -> Answer<Look> {
    // Asked first, so that events up to the end are among those read after it.
    let state = cloud.stack(&follower.stack_id).await?;
    let news = follower.news(cloud).await?;
    for event in &news {
        show(task, event);
    }
    let look = Look { state, news: news.len() };
    failures.extend(news.into_iter().filter(|event| event.status.ends_with("_FAILED")));
    Ok(look)
}

fn show(task: &Task, event: &Event) {
    let line = format!("  {:<28} {:<26} {}", event.status, event.logical_id, event.kind);
    match &event.reason {
        Some(reason) if event.status.ends_with("_FAILED") => task.note(&format!("{line}\n      {reason}")),
        _ => task.note(line.trim_end()),
    }
}
