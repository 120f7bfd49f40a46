//! A simulated stack: its resources, its history, and the operation that is going on.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use super::operation::Operation;
use crate::cloud::{Event, StackState, StackStatus};
use crate::follow::STACK;
use crate::template::Template;

#[derive(Debug, Clone)]
pub struct Stack {
    pub state: StackState,
    pub template: Template,
    pub body: Rc<str>,
    pub resources: BTreeMap<String, Held>,
    /// Its history, each event with its time in milliseconds; shared between clouds that have it in common.
    pub events: Vec<(u64, Rc<Event>)>,
    /// Client tokens and what they began.
    pub tokens: BTreeMap<String, String>,
    pub operation: Option<Operation>,
    /// Descriptions that are still those of before: how many, and what they say.
    pub stale: Option<(u32, StackState)>,
    /// Resources that are as they should not be, with the reason.
    pub unwell: BTreeMap<String, (&'static str, String)>,
    /// What CloudFormation takes on for it, once it was given one.
    pub role: Option<String>,
    /// Counts changes: a change set made for an earlier count is obsolete.
    pub generation: u32,
}

/// A resource that a stack holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub kind: String,
    pub physical_id: String,
}

impl Stack {
    pub fn new(name: &str, id: &str) -> Self {
        Self {
            state: StackState::known_by(id, name),
            template: Template::default(),
            body: Rc::from(""),
            resources: BTreeMap::new(),
            events: Vec::new(),
            tokens: BTreeMap::new(),
            operation: None,
            stale: None,
            unwell: BTreeMap::new(),
            role: None,
            generation: 0,
        }
    }

    pub fn exports(&self) -> BTreeSet<&str> {
        let exists = !matches!(self.state.status, StackStatus::DeleteComplete | StackStatus::ReviewInProgress);
        if exists { self.template.exports().into_keys().collect() } else { BTreeSet::new() }
    }

    pub fn imports(&self, export: &str) -> bool {
        self.state.status != StackStatus::DeleteComplete && self.template.imports().contains(export)
    }

    /// Tells of a resource. Times are whole seconds, so that many events share one (fault 7).
    pub fn tell(&mut self, now: u64, logical_id: &str, held: &Held, status: &str, reason: Option<&str>) {
        let token = self.operation.as_ref().map(|operation| operation.token.clone());
        let event = Event {
            id: format!("{}-{}-{}", self.state.id, logical_id, self.events.len()),
            logical_id: logical_id.to_owned(),
            physical_id: held.physical_id.clone(),
            kind: held.kind.clone(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            token,
            at: Duration::from_secs(now / 1000),
        };
        self.events.push((now, Rc::new(event)));
    }

    /// Turns to a status, and tells so.
    pub fn turn(&mut self, now: u64, status: StackStatus, reason: Option<&str>) {
        self.state.status = status;
        self.state.reason = reason.map(str::to_owned);
        let own = Held { kind: STACK.to_owned(), physical_id: self.state.id.clone() };
        let name = self.state.name.clone();
        self.tell(now, &name, &own, status.name(), reason);
    }
}
