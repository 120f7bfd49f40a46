//! Change sets, as CloudFormation keeps them: thought about for a while, obsolete once their stack has changed, in the way
//! of another of the same name (fault 2).

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::refuse;
use super::stack::Stack;
use super::world::World;
use crate::cloud::{
    Answer, Body, Change, ChangeAction, ChangeSet, ChangeSetRequest, ChangeSetState, Fault, StackStatus, Standing,
};
use crate::template::{Difference, How, PropertyChange, Template, refers_to};

/// One that was asked for.
#[derive(Debug, Clone)]
pub struct Made {
    pub stack_id: String,
    pub creates: bool,
    pub template: Template,
    pub body: Rc<str>,
    pub parameters: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    /// The count of changes that the stack had.
    generation: u32,
    looked_at: bool,
    executed: bool,
}

impl World {
    /// A new one, if CloudFormation takes it: its size (fault 19), its capabilities (fault 20), values for its parameters,
    /// the types of what is there already (fault 31), and whether the stack is in a state for it.
    pub fn make_change_set(&mut self, request: &ChangeSetRequest) -> Answer {
        let call = "cloudformation:CreateChangeSet";
        let key = (request.stack.clone(), request.name.clone());
        let body = match &request.template {
            Body::Inline(text) if text.len() > 51_200 => {
                return Err(refuse(call, Fault::Other, "Member must have length less than or equal to 51200"));
            }
            Body::Inline(text) => text.clone(),
            Body::Stored { bucket, key } => match self.read(bucket, key) {
                Some(kept) => kept.text,
                None => return Err(refuse(call, Fault::Other, "S3 error: The specified key does not exist.")),
            },
        };
        let Some(template) = self.template(&body) else {
            return Err(refuse(call, Fault::Other, "Template format error: unsupported structure."));
        };
        if let Some(lacking) = template.capabilities().into_iter().find(|c| !request.capabilities.contains(c)) {
            return Err(refuse(call, Fault::Other, &format!("Requires capabilities : [{lacking}]")));
        }
        let declared: BTreeSet<&String> =
            template.value()["Parameters"].as_object().map(|p| p.keys().collect()).unwrap_or_default();
        if declared != request.parameters.keys().collect() {
            return Err(refuse(
                call,
                Fault::Other,
                "Parameters: values must be given for what is declared, and only that",
            ));
        }
        let at = match self.find(&request.stack) {
            Some(at) => at,
            None if !request.creates => {
                return Err(refuse(call, Fault::NotFound, &format!("Stack [{}] does not exist", request.stack)));
            }
            None => self.review(&request.stack),
        };
        self.take_on(call, &request.stack, request.role.as_deref())?;
        let stack = &self.stacks[at];
        let (status, id) = (stack.state.status, stack.state.id.clone());
        let fits = match status {
            StackStatus::ReviewInProgress => request.creates,
            StackStatus::CreateFailed | StackStatus::UpdateFailed => !request.creates,
            _ => !request.creates && status.standing() == Standing::Settled,
        };
        if !fits {
            let message = format!("Stack:{id} is in {} state and can not be updated.", status.name());
            return Err(refuse(call, Fault::WrongState, &message));
        }
        let other_type: Vec<_> = template
            .resources()
            .filter(|(id, kind, _)| stack.resources.get(*id).is_some_and(|held| held.kind != *kind))
            .map(|(id, ..)| id.to_owned())
            .collect();
        if !other_type.is_empty() {
            let why =
                "Update of resource type is not permitted. The new template modifies resource type of the following";
            let message = format!("{why} resources: {other_type:?}");
            return Err(refuse(call, Fault::Other, &message));
        }
        if self.change_sets.get(&key).is_some_and(|made| made.stack_id == id) {
            return Err(refuse(call, Fault::Exists, &format!("ChangeSet {} already exists", request.name)));
        }
        let made = Made {
            generation: stack.generation,
            stack_id: id,
            creates: request.creates,
            template,
            body: body.into(),
            parameters: request.parameters.clone(),
            tags: request.tags.clone(),
            looked_at: false,
            executed: false,
        };
        self.change_sets.insert(key, made);
        Ok(())
    }

    /// How many change sets of a stack somebody could execute by hand.
    pub fn executable(&self, name: &str) -> usize {
        let Some(stack) = self.stack(name) else { return 0 };
        let mine =
            |made: &&Made| made.stack_id == stack.state.id && made.generation == stack.generation && !made.executed;
        self.change_sets.values().filter(mine).count()
    }

    /// A stack that is there only because a change set for its creation is: `REVIEW_IN_PROGRESS`.
    fn review(&mut self, name: &str) -> usize {
        self.named += 1;
        let mut stack = Stack::new(name, &format!("arn:aws:cloudformation:eu-west-1:1:stack/{name}/{}", self.named));
        stack.turn(0, StackStatus::ReviewInProgress, Some("User Initiated"));
        self.stacks.push(stack);
        self.stacks.len() - 1
    }

    /// Thought about for a while; then what it would do, that it would do nothing (fault 1), or why it cannot be done:
    /// because it is obsolete (fault 2), or imports what nobody exports.
    pub fn describe_change_set(&mut self, stack: &str, name: &str) -> Answer<ChangeSet> {
        let call = "cloudformation:DescribeChangeSet";
        let key = (stack.to_owned(), name.to_owned());
        let missing = || refuse(call, Fault::NotFound, &format!("ChangeSet [{name}] does not exist"));
        let made = self.change_sets.get_mut(&key).ok_or_else(missing)?;
        let first = !std::mem::replace(&mut made.looked_at, true);
        let made = made.clone();
        let Some(at) = self.find(&made.stack_id) else { return Err(missing()) };
        let stack = &self.stacks[at];
        let same = if self.climate.blind_to_policies {
            stack.template.without_policies() == made.template.without_policies()
        } else {
            stack.template == made.template
        };
        let as_it_is = stack.state.parameters == made.parameters && stack.state.tags == made.tags;
        let nothing = same && as_it_is && !made.creates;
        // Of the same content in either wording, one time this, one time that.
        let wording = if made.body.len() % 2 == 0 {
            "The submitted information didn't contain changes. Submit different information to create a change set."
        } else {
            "No updates are to be performed."
        };
        let lacking = made.template.imports().into_iter().find(|import| self.exporter(import).is_none());
        let state = if first && self.chance.bool() {
            ChangeSetState::Pending
        } else if made.executed || made.generation != stack.generation {
            ChangeSetState::Stale
        } else if let Some(import) = lacking {
            ChangeSetState::failed(format!("No export named {import} found."))
        } else if nothing && stack.state.status.standing() != Standing::Halted {
            ChangeSetState::failed(wording.to_owned())
        } else {
            ChangeSetState::Ready
        };
        let changes = if state == ChangeSetState::Ready { self.changes(stack, &made) } else { Vec::new() };
        Ok(ChangeSet { name: name.to_owned(), stack_id: made.stack_id, state, changes })
    }

    /// What a change set would do to each resource; also to those that follow one that is replaced (fault 14).
    pub fn changes(&self, stack: &Stack, made: &Made) -> Vec<Change> {
        let new = &made.parameters;
        let other = new.iter().filter(|(key, value)| stack.state.parameters.get(*key) != Some(*value));
        let other =
            other.map(|(key, value)| PropertyChange { path: key.clone(), old: Value::Null, new: value.clone().into() });
        let other: Vec<_> = other.collect();
        let differences = stack.template.differences(&made.template, &other);
        let mut changes: Vec<_> = differences
            .into_iter()
            .map(|Difference { logical_id, kind, how }| {
                let action = match how {
                    // What an operation that failed left in the stack.
                    How::Create if stack.resources.contains_key(&logical_id) => ChangeAction::Modify,
                    How::Create => ChangeAction::Add,
                    How::Delete => ChangeAction::Remove,
                    How::Modify(properties) => {
                        let fixed = self.schemas.create_only(&kind);
                        let paths = properties.iter().map(|change| change.path.trim_start_matches("Properties."));
                        let mut heads = paths.map(|path| path.split('.').next().unwrap_or(path));
                        if heads.any(|path| path == "Type" || fixed.iter().any(|fixed| fixed == path)) {
                            ChangeAction::Replace
                        } else {
                            ChangeAction::Modify
                        }
                    }
                };
                Change { logical_id, kind, action }
            })
            .collect();
        for (id, held) in &stack.resources {
            if stack.template.resource(id).is_null() && made.template.resource(id).is_null() {
                let (logical_id, kind) = (id.clone(), held.kind.clone());
                changes.push(Change { logical_id, kind, action: ChangeAction::Remove });
            }
        }
        // What refers to something that is made anew, in a property that cannot change in place, may be made anew too.
        let replaced: Vec<_> =
            changes.iter().filter(|c| c.action == ChangeAction::Replace).map(|c| c.logical_id.clone()).collect();
        for (id, kind, resource) in made.template.resources() {
            let known = changes.iter().any(|change| change.logical_id == id);
            let fixed = self.schemas.create_only(kind);
            let follows = |id: &String| fixed.iter().any(|path| refers_to(&resource["Properties"][path], id));
            if !known && stack.resources.contains_key(id) && replaced.iter().any(follows) {
                changes.push(Change {
                    logical_id: id.to_owned(),
                    kind: kind.to_owned(),
                    action: ChangeAction::MayReplace,
                });
            }
        }
        changes
    }

    /// Begins what a change set says, once, for one token (fault 10), and only if nothing changed the stack since (fault
    /// 11).
    pub fn execute(&mut self, now: u64, stack: &str, name: &str, token: &str, keep_failed: bool) -> Answer {
        let call = "cloudformation:ExecuteChangeSet";
        let key = (stack.to_owned(), name.to_owned());
        let missing = || refuse(call, Fault::NotFound, &format!("ChangeSet [{name}] does not exist"));
        let made = self.change_sets.get(&key).cloned().ok_or_else(missing)?;
        let at = self.find(&made.stack_id).ok_or_else(missing)?;
        if self.stacks[at].tokens.get(token) == Some(&key.1) && self.chance.bool() {
            // A repeated call is known by its token; sometimes AWS has forgotten.
            return Ok(());
        }
        let held = &self.stacks[at];
        let status = held.state.status;
        if made.executed || made.generation != held.generation || held.operation.is_some() {
            let message = format!("ChangeSet [{name}] cannot be executed in its current status");
            return Err(refuse(call, Fault::WrongState, &message));
        }
        if status.standing() == Standing::Halted && !keep_failed {
            let message = format!(
                "This stack is currently in a non-terminal [{}] state. To update the stack from this state, please use the \
                 disable-rollback parameter",
                status.name()
            );
            return Err(refuse(call, Fault::WrongState, &message));
        }
        self.use_token(call, at, token, name)?;
        if let Some(executed) = self.change_sets.get_mut(&key) {
            executed.executed = true;
        }
        self.begin_change(now, at, made, token, keep_failed);
        Ok(())
    }

    /// A token can begin one operation on a stack (fault 10).
    pub fn use_token(&mut self, call: &'static str, at: usize, token: &str, what: &str) -> Answer {
        let stack = &mut self.stacks[at];
        if stack.tokens.contains_key(token) {
            return Err(refuse(call, Fault::WrongState, "A client request token can only be used for one operation"));
        }
        stack.tokens.insert(token.to_owned(), what.to_owned());
        *self.ledger.begun.entry(stack.state.name.clone()).or_default() += 1;
        Ok(())
    }
}
