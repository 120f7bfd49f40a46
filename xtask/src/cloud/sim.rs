//! A simulated AWS, for tests of the engine: CloudFormation's behaviours that the engine has to survive, and a bucket.
//!
//! Time is the number of polls: an operation ends after a few of them. What is simulated, beside the plain course:
//! a stack under review before its first execution; the two endings of a rollback; descriptions that are still those
//! of before an execution; several events at once; change sets that stay after they were overtaken; a client token
//! that was used before being refused; empty change sets; and at any one call a crash before it, a crash after it, or
//! a lost reply.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{
    Answer, Caller, Change, ChangeSet, ChangeSetRequest, ChangeSetState, Cloud, CloudError, Event, Fault,
    ObjectVersion, Record, Resource, StackState, StackStatus,
};
use crate::template::{How, Template};

/// How many polls an operation takes.
const POLLS: u32 = 3;
/// How many descriptions after an execution are still those of before.
const STALE: u32 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upset {
    /// We are killed before the call is made.
    KilledBefore,
    /// We are killed after the call is done.
    KilledAfter,
    /// The call is done, but its answer does not arrive.
    ReplyLost,
}

#[derive(Default)]
pub(crate) struct Sim {
    inner: RefCell<Inner>,
}

#[derive(Default)]
struct Inner {
    calls: usize,
    upset: Option<(usize, Upset)>,
    /// From here on nothing is answered: we are dead.
    killed: bool,
    /// The logical id of a resource whose creation or change fails.
    failing: Option<String>,
    stacks: BTreeMap<String, Stack>,
    change_sets: BTreeMap<(String, String), Made>,
    objects: BTreeMap<String, String>,
    made: u32,
}

#[derive(Clone)]
struct Stack {
    state: StackState,
    template: String,
    events: Vec<Event>,
    tokens: BTreeSet<String>,
    operation: Option<Operation>,
    stale: Option<(u32, StackState)>,
}

#[derive(Clone)]
struct Operation {
    token: String,
    left: u32,
    /// What the stack has once it is done; `None` deletes it.
    target: Option<(String, BTreeMap<String, String>)>,
    fails: Option<String>,
}

struct Made {
    request: ChangeSetRequest,
    stack_id: String,
    described: bool,
    stale: bool,
}

fn error(call: &'static str, fault: Fault, message: &str) -> CloudError {
    CloudError { call, fault, message: message.to_owned() }
}

impl Sim {
    /// From the next call on, counted from 1, the given one is upset. A process that was killed lives again.
    pub(crate) fn upset(&self, upset: Option<(usize, Upset)>) {
        let mut inner = self.inner.borrow_mut();
        inner.calls = 0;
        inner.upset = upset;
        inner.killed = false;
    }

    pub(crate) fn calls(&self) -> usize {
        self.inner.borrow().calls
    }

    pub(crate) fn fail_at(&self, logical_id: Option<&str>) {
        self.inner.borrow_mut().failing = logical_id.map(str::to_owned);
    }

    /// All that counts in the end: each stack's status, template and parameters, and the objects.
    pub(crate) fn outcome(&self) -> String {
        let inner = self.inner.borrow();
        let stacks = inner.stacks.values().map(|s| (s.state.status, &s.state.parameters, &s.template));
        format!("{:?} {:?}", stacks.collect::<Vec<_>>(), inner.objects)
    }

    pub(crate) fn rolled_back(&self, stack: &str) -> bool {
        self.inner.borrow().stacks[stack].events.iter().any(|event| event.status.contains("ROLLBACK"))
    }

    /// Makes a call, unless it is the one that is upset.
    fn call<T>(&self, call: &'static str, work: impl FnOnce(&mut Inner) -> Answer<T>) -> Answer<T> {
        let mut inner = self.inner.borrow_mut();
        inner.calls += 1;
        let dead = error(call, Fault::Denied, "killed");
        let upset = inner.upset.filter(|(at, _)| *at == inner.calls).map(|(_, upset)| upset);
        if inner.killed || upset == Some(Upset::KilledBefore) {
            inner.killed = true;
            return Err(dead);
        }
        let answer = work(&mut inner);
        match upset {
            Some(Upset::KilledAfter) => {
                inner.killed = true;
                Err(dead)
            }
            Some(Upset::ReplyLost) => Err(error(call, Fault::Unreachable, "the connection was closed")),
            Some(Upset::KilledBefore) | None => answer,
        }
    }
}

impl Inner {
    fn find(&mut self, name_or_id: &str) -> Option<&mut Stack> {
        self.stacks.values_mut().find(|stack| stack.state.name == name_or_id || stack.state.id == name_or_id)
    }

    /// Lets an operation come nearer to its end; a deleted stack is gone.
    fn poll(&mut self, name_or_id: &str) {
        let Some(stack) = self.find(name_or_id) else { return };
        let Some(operation) = &mut stack.operation else { return };
        operation.left = operation.left.saturating_sub(1);
        if operation.left > 0 {
            return;
        }
        let Some(operation) = stack.operation.take() else { return };
        if stack.finish(operation) {
            let name = stack.state.name.clone();
            self.stacks.remove(&name);
        }
    }
}

impl Stack {
    fn event(&mut self, logical_id: &str, kind: &str, status: &str, reason: Option<&str>, token: &str) {
        let id = format!("{}/{}", self.state.id, self.events.len());
        self.events.push(Event {
            id,
            logical_id: logical_id.to_owned(),
            kind: kind.to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            token: Some(token.to_owned()),
        });
    }

    fn turn(&mut self, status: StackStatus, token: &str) {
        self.state.status = status;
        let name = self.state.name.clone();
        self.event(&name, crate::events::STACK, status.name(), None, token);
    }

    /// Ends an operation. Whether the stack is gone.
    fn finish(&mut self, operation: Operation) -> bool {
        let token = operation.token.clone();
        let creates = matches!(self.state.status, StackStatus::CreateInProgress);
        let Some((template, parameters)) = operation.target else {
            self.turn(StackStatus::DeleteComplete, &token);
            return true;
        };
        if let Some(failing) = operation.fails {
            self.event(&failing, "AWS::SQS::Queue", "CREATE_FAILED", Some("the queue does not want to"), &token);
            self.event("Another", "AWS::S3::Bucket", "CREATE_FAILED", Some("Resource creation cancelled"), &token);
            let (during, after) = if creates {
                (StackStatus::RollbackInProgress, StackStatus::RollbackComplete)
            } else {
                (StackStatus::UpdateRollbackInProgress, StackStatus::UpdateRollbackComplete)
            };
            self.turn(during, &token);
            self.turn(after, &token);
            return false;
        }
        self.template = template;
        self.state.parameters = parameters;
        self.turn(if creates { StackStatus::CreateComplete } else { StackStatus::UpdateComplete }, &token);
        false
    }

    fn begin(&mut self, status: StackStatus, operation: Operation) -> Answer {
        if !self.tokens.insert(operation.token.clone()) {
            return Err(error(
                "cloudformation",
                Fault::Other,
                "TokenAlreadyExistsException: the token was used before",
            ));
        }
        self.stale = Some((STALE, self.state.clone()));
        self.turn(status, &operation.token);
        self.event("TaxiStream", "AWS::Kinesis::Stream", "CREATE_IN_PROGRESS", None, &operation.token);
        self.event("TaxiStream", "AWS::Kinesis::Stream", "CREATE_COMPLETE", None, &operation.token);
        self.operation = Some(operation);
        Ok(())
    }
}

impl Cloud for Sim {
    async fn caller(&self) -> Answer<Caller> {
        self.call("sts:GetCallerIdentity", |_| Ok(Caller { account: "111111111111".to_owned(), arn: "arn".to_owned() }))
    }

    async fn stack(&self, name_or_id: &str) -> Answer<Option<StackState>> {
        self.call("cloudformation:DescribeStacks", |inner| {
            inner.poll(name_or_id);
            let Some(stack) = inner.find(name_or_id) else { return Ok(None) };
            match &mut stack.stale {
                Some((left, before)) if *left > 0 => {
                    *left -= 1;
                    Ok(Some(before.clone()))
                }
                _ => Ok(Some(stack.state.clone())),
            }
        })
    }

    async fn template(&self, stack: &str) -> Answer<String> {
        self.call("cloudformation:GetTemplate", |inner| {
            inner
                .find(stack)
                .map(|stack| stack.template.clone())
                .ok_or_else(|| error("cloudformation:GetTemplate", Fault::NotFound, "does not exist"))
        })
    }

    async fn resources(&self, _: &str) -> Answer<Vec<Resource>> {
        self.call("cloudformation:ListStackResources", |_| Ok(Vec::new()))
    }

    /// Pages of two events, newest first.
    async fn events(&self, stack_id: &str, page: Option<String>) -> Answer<(Vec<Event>, Option<String>)> {
        self.call("cloudformation:DescribeStackEvents", |inner| {
            let Some(stack) = inner.find(stack_id) else {
                return Err(error("cloudformation:DescribeStackEvents", Fault::NotFound, "does not exist"));
            };
            let from = page.and_then(|page| page.parse().ok()).unwrap_or(0);
            let events = stack.events.iter().rev().skip(from).take(2).cloned().collect();
            let next = (from + 2 < stack.events.len()).then(|| (from + 2).to_string());
            Ok((events, next))
        })
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Answer {
        let call = "cloudformation:CreateChangeSet";
        self.call(call, |inner| {
            if inner.change_sets.contains_key(&(request.stack.clone(), request.name.clone())) {
                return Err(error(call, Fault::Exists, "exists already"));
            }
            if inner.find(&request.stack).is_none() {
                if !request.creates {
                    return Err(error(call, Fault::NotFound, "the stack does not exist"));
                }
                inner.made += 1;
                let state = StackState {
                    id: format!("arn:{}/{}", request.stack, inner.made),
                    name: request.stack.clone(),
                    status: StackStatus::ReviewInProgress,
                    reason: None,
                    parameters: BTreeMap::new(),
                    outputs: BTreeMap::new(),
                };
                let stack = Stack {
                    state,
                    template: String::new(),
                    events: Vec::new(),
                    tokens: BTreeSet::new(),
                    operation: None,
                    stale: None,
                };
                inner.stacks.insert(request.stack.clone(), stack);
            }
            let stack = inner.stacks.get_mut(&request.stack).expect("it was found or made");
            if request.creates != (stack.state.status == StackStatus::ReviewInProgress) {
                return Err(error(call, Fault::Other, "the change set's type does not fit the stack"));
            }
            let made =
                Made { request: request.clone(), stack_id: stack.state.id.clone(), described: false, stale: false };
            inner.change_sets.insert((request.stack.clone(), request.name.clone()), made);
            Ok(())
        })
    }

    async fn change_set(&self, stack: &str, name: &str) -> Answer<ChangeSet> {
        let call = "cloudformation:DescribeChangeSet";
        self.call(call, |inner| {
            let deployed = inner.find(stack).map(|stack| (stack.template.clone(), stack.state.parameters.clone()));
            let made = inner.change_sets.get_mut(&(stack.to_owned(), name.to_owned()));
            let made = made.ok_or_else(|| error(call, Fault::NotFound, "no such change set"))?;
            let wanted = (made.request.template.clone(), made.request.parameters.clone());
            let state = match (std::mem::replace(&mut made.described, true), made.stale) {
                (false, _) => ChangeSetState::Pending,
                (true, true) => ChangeSetState::Stale,
                (true, false) if deployed.as_ref() == Some(&wanted) => ChangeSetState::Empty,
                (true, false) => ChangeSetState::Ready,
            };
            let old = deployed.and_then(|(body, _)| Template::parse(&body)).unwrap_or_default();
            let new = Template::parse(&wanted.0).unwrap_or_default();
            let action = |how: &How| match how {
                How::Create => super::ChangeAction::Add,
                How::Modify(_) => super::ChangeAction::Modify,
                How::Delete => super::ChangeAction::Remove,
            };
            let changes = old.differences(&new, &BTreeSet::new()).into_iter();
            let changes = changes.map(|d| Change { action: action(&d.how), logical_id: d.logical_id, kind: d.kind });
            Ok(ChangeSet { name: name.to_owned(), stack_id: made.stack_id.clone(), state, changes: changes.collect() })
        })
    }

    async fn execute_change_set(&self, stack: &str, name: &str, token: &str) -> Answer {
        let call = "cloudformation:ExecuteChangeSet";
        self.call(call, |inner| {
            let fails = inner.failing.clone();
            let made = inner.change_sets.get(&(stack.to_owned(), name.to_owned()));
            let made = made.ok_or_else(|| error(call, Fault::NotFound, "no such change set"))?;
            if made.stale {
                return Err(error(call, Fault::Other, "the change set is obsolete"));
            }
            let (target, id) =
                ((made.request.template.clone(), made.request.parameters.clone()), made.stack_id.clone());
            let creates = made.request.creates;
            let found = inner.find(&id).ok_or_else(|| error(call, Fault::NotFound, "the stack does not exist"))?;
            let status = if creates { StackStatus::CreateInProgress } else { StackStatus::UpdateInProgress };
            let target = Some(target);
            found.begin(status, Operation { token: token.to_owned(), left: POLLS, target, fails })?;
            for ((of, _), other) in &mut inner.change_sets {
                other.stale |= of == stack;
            }
            Ok(())
        })
    }

    async fn delete_change_set(&self, stack: &str, name: &str) -> Answer {
        self.call("cloudformation:DeleteChangeSet", |inner| {
            inner.change_sets.remove(&(stack.to_owned(), name.to_owned()));
            Ok(())
        })
    }

    async fn delete_stack(&self, stack_id: &str, token: &str) -> Answer {
        self.call("cloudformation:DeleteStack", |inner| {
            let Some(stack) = inner.find(stack_id) else { return Ok(()) };
            let operation = Operation { token: token.to_owned(), left: POLLS, target: None, fails: None };
            stack.begin(StackStatus::DeleteInProgress, operation)
        })
    }

    async fn object_checksum(&self, _: &str, key: &str) -> Answer<Option<String>> {
        self.call("s3:HeadObject", |inner| Ok(inner.objects.get(key).cloned()))
    }

    async fn put_object(&self, _: &str, key: &str, _: &Path, sha256: &str) -> Answer {
        self.call("s3:PutObject", |inner| {
            inner.objects.insert(key.to_owned(), sha256.to_owned());
            Ok(())
        })
    }

    async fn objects(&self, _: &str, _: &str) -> Answer<Vec<String>> {
        self.call("s3:ListBucket", |inner| Ok(inner.objects.keys().cloned().collect()))
    }

    async fn object(&self, _: &str, key: &str) -> Answer<Vec<u8>> {
        self.call("s3:GetObject", |_| Err(error("s3:GetObject", Fault::NotFound, key)))
    }

    async fn object_versions(&self, _: &str) -> Answer<Vec<ObjectVersion>> {
        self.call("s3:ListObjectVersions", |_| Ok(Vec::new()))
    }

    async fn delete_objects(&self, _: &str, _: &[ObjectVersion]) -> Answer {
        self.call("s3:DeleteObjects", |_| Ok(()))
    }

    async fn put_records(&self, _: &str, records: &[Record]) -> Answer<Vec<Result<(), String>>> {
        self.call("kinesis:PutRecords", |_| Ok(records.iter().map(|_| Ok(())).collect()))
    }
}
