//! Follows a stack's operation through its events: none lost, none twice.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use crate::cloud::{Answer, Cloud, Event, Fault, StackState, StackStatus, Standing};
use crate::progress::Task;

/// What was seen of a stack's history so far.
pub(crate) struct Follower {
    stack_id: String,
    seen: HashSet<String>,
    /// The newest event before our operation.
    mark: String,
    /// The last of the stack's own events, since then.
    last: Option<Event>,
    failures: Vec<Event>,
    /// Resources on which something has begun and not ended, with their status.
    running: BTreeMap<String, String>,
}

impl Follower {
    /// Starts before everything that has happened.
    pub(crate) fn from_the_start(stack_id: &str) -> Self {
        Self {
            stack_id: stack_id.to_owned(),
            seen: HashSet::new(),
            mark: String::new(),
            last: None,
            failures: Vec::new(),
            running: BTreeMap::new(),
        }
    }

    /// Starts after everything that has happened already: what comes next belongs to our operation.
    pub(crate) async fn from_now<C: Cloud>(cloud: &C, stack_id: &str) -> Answer<Self> {
        let mut past = Self::from_the_start(stack_id);
        let events = past.news(cloud).await?;
        let mark = events.into_iter().next_back().map(|event| event.id).unwrap_or_default();
        Ok(Self { seen: past.seen, mark, ..Self::from_the_start(stack_id) })
    }

    /// Events not seen before, oldest first. Pages are read until one holds nothing new: events of the same second,
    /// and bursts longer than a page, are all there.
    pub(crate) async fn news<C: Cloud>(&mut self, cloud: &C) -> Answer<Vec<Event>> {
        let mut fresh: Vec<Event> = Vec::new();
        // Kept apart until all pages are read: one that cannot be read must not hide what the ones before it held.
        let mut ids = HashSet::new();
        let mut page = None;
        loop {
            let (events, next) = match cloud.events(&self.stack_id, page).await {
                Err(error) if error.fault == Fault::NotFound => break,
                answer => answer?,
            };
            let before = fresh.len();
            fresh.extend(
                events.into_iter().filter(|event| !self.seen.contains(&event.id) && ids.insert(event.id.clone())),
            );
            page = next;
            if page.is_none() || fresh.len() == before {
                break;
            }
        }
        fresh.reverse();
        self.seen.extend(ids);
        for event in &fresh {
            self.take(event);
        }
        Ok(fresh)
    }

    fn take(&mut self, event: &Event) {
        if is_own(event, &self.stack_id) {
            self.last = Some(event.clone());
        } else if event.status.ends_with("_IN_PROGRESS") {
            self.running.insert(event.logical_id.clone(), event.status.clone());
        } else {
            self.running.remove(&event.logical_id);
        }
        if event.status.ends_with("_FAILED") {
            self.failures.push(event.clone());
        }
    }

    pub(crate) fn begins_after(&self) -> &str {
        &self.mark
    }

    /// What failed, the first first.
    pub(crate) fn failures(&self) -> &[Event] {
        &self.failures
    }

    /// What has begun and not ended.
    pub(crate) fn running(&self) -> Vec<String> {
        self.running.iter().map(|(id, status)| format!("{id} ({status})")).collect()
    }

    /// The token of the operation that the stack's last event belongs to.
    pub(crate) fn token(&self) -> Option<&str> {
        self.last.as_ref()?.token.as_deref()
    }

    fn tells(&self, status: StackStatus) -> bool {
        self.last.as_ref().is_some_and(|event| event.status == status.name())
    }
}

/// Whether an event tells of the stack itself, and not of a resource in it.
fn is_own(event: &Event, stack_id: &str) -> bool {
    event.kind == STACK && stack_id.contains(&event.logical_id)
}

/// Whether the stack's last own event says that something is going on with it. Right after an execution the stack's
/// description may still deny it.
pub(crate) async fn is_underway<C: Cloud>(cloud: &C, stack_id: &str) -> Answer<bool> {
    let mut page = None;
    loop {
        let (events, next) = match cloud.events(stack_id, page).await {
            Err(error) if error.fault == Fault::NotFound => return Ok(false),
            answer => answer?,
        };
        let own = events.iter().find(|event| is_own(event, stack_id));
        if let Some(own) = own {
            return Ok(StackStatus::named(&own.status).is_some_and(|status| status.standing() == Standing::Busy));
        }
        page = next;
        if page.is_none() {
            return Ok(false);
        }
    }
}

pub(crate) const STACK: &str = "AWS::CloudFormation::Stack";

/// How many polls in a row may bring nothing new before a stack that says it is at rest is believed without an event.
const QUIET_POLLS: u32 = 40;
/// How many polls in a row may fail before we give up following.
const LOST_POLLS: u32 = 20;

/// Waits until the operation has ended, and returns how the stack stands; `None` if it is gone.
///
/// The end is the stack's own event, since a description may still be that of before. A poll that fails is no failed
/// operation: only expired or missing permissions end the wait.
pub(crate) async fn follow<C: Cloud>(
    cloud: &C,
    follower: &mut Follower,
    pace: Duration,
    task: &Task,
) -> Answer<Option<StackState>> {
    let (mut lost, mut quiet) = (0, 0);
    loop {
        match look(cloud, follower, task).await {
            Ok((state, news)) => {
                lost = 0;
                quiet = if news == 0 { quiet + 1 } else { 0 };
                let Some(state) = state else { return Ok(None) };
                let at_rest = state.status.standing() != Standing::Busy;
                if at_rest && (follower.tells(state.status) || quiet > QUIET_POLLS) {
                    return Ok(Some(state));
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

/// How the stack stands, and how many events were new.
async fn look<C: Cloud>(cloud: &C, follower: &mut Follower, task: &Task) -> Answer<(Option<StackState>, usize)> {
    // Asked first, so that events up to the end are among those read after it.
    let state = cloud.stack(&follower.stack_id).await?;
    let news = follower.news(cloud).await?;
    for event in &news {
        show(task, event);
    }
    Ok((state, news.len()))
}

fn show(task: &Task, event: &Event) {
    let line = format!("  {:<28} {:<26} {}", event.status, event.logical_id, event.kind);
    match &event.reason {
        Some(reason) if event.status.ends_with("_FAILED") => task.note(&format!("{line}\n      {reason}")),
        _ => task.note(line.trim_end()),
    }
}
