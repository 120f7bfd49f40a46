//! Follows a stack's operation through its events: none lost, none twice.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use crate::cloud::{Answer, Cloud, Event, Fault, StackState, StackStatus, Standing};
use crate::engine::Engine;
use crate::host::News;

/// What was seen of a stack's history so far.
pub(crate) struct Follower {
    stack_id: String,
    stack: String,
    seen: HashSet<String>,
    /// The newest event before our operation.
    mark: String,
    /// The last of the stack's own events, since then.
    last: Option<Event>,
    failures: Vec<Event>,
    /// Resources on which something has begun and not ended: their status and since when.
    running: BTreeMap<String, (String, Duration)>,
    /// How long each resource took that has ended.
    took: BTreeMap<String, Duration>,
}

impl Follower {
    /// Starts before everything that has happened.
    fn from_the_start(stack: &StackState) -> Self {
        Self {
            stack_id: stack.id.clone(),
            stack: stack.name.clone(),
            seen: HashSet::new(),
            mark: String::new(),
            last: None,
            failures: Vec::new(),
            running: BTreeMap::new(),
            took: BTreeMap::new(),
        }
    }

    /// Starts after everything that has happened already: what comes next belongs to our operation.
    pub(crate) async fn from_now<C: Cloud>(cloud: &C, id: &str, name: &str) -> Answer<Self> {
        let stack = StackState::known_by(id, name);
        let mut past = Self::from_the_start(&stack);
        let events = past.news(cloud).await?;
        let mark = events.into_iter().next_back().map(|event| event.id).unwrap_or_default();
        Ok(Self { seen: past.seen, mark, ..Self::from_the_start(&stack) })
    }

    /// Starts with the operation of this token, and gives what has happened in it so far.
    pub(crate) async fn of_operation<C: Cloud>(
        cloud: &C,
        stack: &StackState,
        token: Option<&str>,
    ) -> Answer<(Self, Vec<Event>)> {
        let mut past = Self::from_the_start(stack);
        let mut events = past.news(cloud).await?;
        let ours = events.iter().position(|event| token.is_some() && event.token.as_deref() == token);
        let so_far = events.split_off(ours.unwrap_or(events.len()));
        let mut follower = Self { seen: past.seen, ..Self::from_the_start(stack) };
        for event in &so_far {
            follower.take(event);
        }
        Ok((follower, so_far))
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
        let id = &event.logical_id;
        if is_own(event, &self.stack_id) {
            self.last = Some(event.clone());
        } else if event.status.ends_with("_IN_PROGRESS") {
            self.running.entry(id.clone()).or_insert((String::new(), event.at)).0.clone_from(&event.status);
        } else if let Some((_, since)) = self.running.remove(id) {
            *self.took.entry(id.clone()).or_default() += event.at.saturating_sub(since);
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
        self.running.iter().map(|(id, (status, _))| format!("{id} ({status})")).collect()
    }

    /// How long each resource took, the longest first.
    pub(crate) fn took(&self) -> Vec<(String, Duration)> {
        let mut took: Vec<_> = self.took.iter().map(|(id, time)| (id.clone(), *time)).collect();
        took.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
        took
    }

    /// The status that the stack's last own event tells.
    pub(crate) fn told(&self) -> Option<StackStatus> {
        self.last.as_ref().and_then(|event| StackStatus::named(&event.status))
    }
}

/// Whether an event tells of the stack itself, and not of a resource in it.
fn is_own(event: &Event, stack: &str) -> bool {
    event.kind == STACK && (event.physical_id == stack || event.logical_id == stack)
}

pub const STACK: &str = "AWS::CloudFormation::Stack";

/// The last own event of a stack, by its ARN or its name, if there is any.
pub(crate) async fn last_own<C: Cloud>(cloud: &C, stack: &str) -> Answer<Option<Event>> {
    let mut page = None;
    loop {
        let (events, next) = match cloud.events(stack, page).await {
            Err(error) if error.fault == Fault::NotFound => return Ok(None),
            answer => answer?,
        };
        let own = events.into_iter().find(|event| is_own(event, stack));
        page = next;
        if own.is_some() || page.is_none() {
            return Ok(own);
        }
    }
}

/// How many polls in a row may bring nothing new before the stack's description is asked without an event.
const QUIET_POLLS: u32 = 12;
/// How often, in a row, the description may then say that the stack is at rest before it is believed: if no event tells of
/// the operation at all, and if one told that it began.
const TIMES_AT_REST: u32 = 3;
const TIMES_AT_REST_AGAINST_EVENTS: u32 = 40;

/// Waits until the operation has ended, and returns how the stack stands; `None` if it is gone.
///
/// The end is the stack's own event, since a description may still be that of before.
pub(crate) async fn follow<C: Cloud>(engine: &Engine<'_, C>, follower: &mut Follower) -> Answer<Option<StackState>> {
    let cloud = &engine.cloud;
    let (mut quiet, mut at_rest) = (0, 0);
    loop {
        let news = follower.news(cloud).await?;
        for event in &news {
            engine.host.tell(News::Event { stack: &follower.stack, event });
        }
        quiet = if news.is_empty() { quiet + 1 } else { 0 };
        let told = follower.told();
        let ended = told.is_some_and(|status| status.standing() != Standing::Busy);
        if ended || quiet >= QUIET_POLLS {
            let Some(state) = cloud.stack(&follower.stack_id).await? else { return Ok(None) };
            let rests = state.status.standing() != Standing::Busy;
            if rests && told == Some(state.status) {
                return Ok(Some(state));
            }
            // Nothing is heard and the stack says it rests: the operation never began, or its events are lost.
            at_rest = if rests && quiet >= QUIET_POLLS { at_rest + 1 } else { 0 };
            let most = if told.is_none() { TIMES_AT_REST } else { TIMES_AT_REST_AGAINST_EVENTS };
            if at_rest >= most {
                return Ok(Some(state));
            }
        }
        cloud.pause(engine.target.pace.poll).await;
    }
}
