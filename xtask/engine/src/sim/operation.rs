//! Operations of a simulated stack: what happens when, and what happens instead when something fails.

use std::collections::VecDeque;
use std::rc::Rc;

use super::change_sets::Made;
use super::refuse;
use super::stack::Held;
use super::world::World;
use crate::cloud::{Answer, ChangeAction, Fault, StackStatus};

/// An operation that is going on.
#[derive(Debug, Clone)]
pub struct Operation {
    pub token: String,
    /// What happens at which time.
    pub(super) steps: VecDeque<(u64, Step)>,
    /// What the stack has once it is done.
    pub(super) target: Option<Rc<Made>>,
    pub(super) keep_failed: bool,
    pub(super) done: Vec<Undo>,
    pub(super) failed: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Own(StackStatus, Option<String>),
    Begin(String, ChangeAction),
    Finish(String, ChangeAction),
    /// A resource goes, for good or with its stack's wishes.
    Go(String, Held),
    /// The stack has its new template.
    Land,
    Undo(Undo),
    /// The last step of a deletion.
    Gone,
}

#[derive(Debug, Clone)]
pub(super) enum Undo {
    Created(String),
    Modified(String, Option<String>),
    Replaced(String, Held),
}

impl Undo {
    pub(super) fn logical_id(&self) -> &str {
        match self {
            Self::Created(id) | Self::Modified(id, _) | Self::Replaced(id, _) => id,
        }
    }
}

impl Operation {
    /// One that only walks these steps.
    pub(super) fn of(token: &str, steps: VecDeque<(u64, Step)>) -> Self {
        let (done, failed) = (Vec::new(), Vec::new());
        Self { token: token.to_owned(), steps, target: None, keep_failed: false, done, failed }
    }
}

impl World {
    /// Lets everything happen that is due.
    pub fn advance(&mut self, now: u64) {
        self.finish_signatures(now);
        for at in 0..self.stacks.len() {
            while let Some((due, step)) = self.next_step(at, now) {
                self.take(due, at, step);
            }
        }
    }

    fn next_step(&mut self, at: usize, now: u64) -> Option<(u64, Step)> {
        let operation = self.stacks[at].operation.as_mut()?;
        if operation.steps.front()?.0 > now {
            return None;
        }
        operation.steps.pop_front()
    }

    /// Starts whatever was asked for. Descriptions may deny it for a while (fault 26).
    fn start(&mut self, now: u64, at: usize, mut operation: Operation, status: StackStatus) {
        let stale = self.climate.stale_reads;
        let stack = &mut self.stacks[at];
        stack.stale = (stale > 0).then(|| (self.chance.u32(0..=stale), stack.state.clone()));
        stack.generation += 1;
        stack.state.changed = now.to_string();
        operation.steps.push_front((now, Step::Own(status, Some("User Initiated".to_owned()))));
        stack.operation = Some(operation);
        self.advance(now);
    }

    pub fn begin_change(&mut self, now: u64, at: usize, made: Made, token: &str, keep_failed: bool) {
        let stack = &self.stacks[at];
        let mut steps = Vec::new();
        let mut time = now;
        for change in self.changes(stack, &made) {
            time += self.chance.u64(0..400);
            if change.action == ChangeAction::Remove {
                continue;
            }
            let end = time + self.chance.u64(200..6_000) * self.climate.slowness.max(1);
            steps.push((time, Step::Begin(change.logical_id.clone(), change.action)));
            steps.push((end, Step::Finish(change.logical_id, change.action)));
        }
        steps.sort_by_key(|(at, _)| *at);
        let end = steps.last().map_or(now, |(at, _)| *at) + 300;
        steps.push((end, Step::Land));
        let status = if made.creates { StackStatus::CreateInProgress } else { StackStatus::UpdateInProgress };
        let operation = Operation { target: Some(Rc::new(made)), keep_failed, ..Operation::of(token, steps.into()) };
        self.start(now, at, operation, status);
    }

    /// Begins to delete a stack, unless it is protected (fault 23), busy, or asked to retain what did not fail to go
    /// (fault 32). Where an export is in use, it fails (fault 12).
    pub fn begin_delete(&mut self, now: u64, id: &str, token: &str, retain: &[String]) -> Answer {
        let call = "cloudformation:DeleteStack";
        let Some(at) = self.find(id) else { return Ok(()) };
        let status = self.stacks[at].state.status;
        if status == StackStatus::DeleteComplete
            || self.stacks[at].tokens.get(token).is_some_and(|what| what == "delete")
        {
            return Ok(());
        }
        if self.stacks[at].state.protected {
            let message = "Stack cannot be deleted while TerminationProtection is enabled";
            return Err(refuse(call, Fault::Other, message));
        }
        if !retain.is_empty() && status != StackStatus::DeleteFailed {
            let message = "Invalid operation on stack: resources to retain must be in a valid state";
            return Err(refuse(call, Fault::Other, message));
        }
        let unwell = &self.stacks[at].unwell;
        if let Some(id) = retain.iter().find(|id| unwell.get(*id).is_none_or(|(status, _)| *status != "DELETE_FAILED"))
        {
            let message = format!("The resource {id} to retain is not in a valid state: it has to be DELETE_FAILED");
            return Err(refuse(call, Fault::Other, &message));
        }
        if self.stacks[at].operation.is_some() && status != StackStatus::DeleteInProgress {
            return Err(refuse(call, Fault::WrongState, "Stack is in an in-progress state and can not be deleted."));
        }
        self.use_token(call, at, token, "delete")?;
        let in_use = self.in_use(at);
        let mut steps = Vec::new();
        let mut time = now + 100;
        if let Some((importer, export)) = in_use {
            let reason = format!("Export {export} cannot be deleted as it is in use by {importer}");
            steps.push((time, Step::Own(StackStatus::DeleteFailed, Some(reason))));
        } else {
            for (id, held) in self.stacks[at].resources.clone().into_iter().rev() {
                if retain.contains(&id) {
                    self.leave_behind(at, &id);
                    continue;
                }
                time += self.chance.u64(0..2_000);
                steps.push((time, Step::Go(id, held)));
            }
            steps.push((time + 100, Step::Gone));
        }
        let operation = Operation::of(token, steps.into());
        self.start(now, at, operation, StackStatus::DeleteInProgress);
        Ok(())
    }

    /// An export of the stack that another one imports, with its importer.
    fn in_use(&self, at: usize) -> Option<(String, String)> {
        let importer = |export: &str| self.importers(export).into_iter().next();
        self.stacks[at].exports().into_iter().find_map(|export| Some((importer(export)?, export.to_owned())))
    }

    /// Rolls an update back that is going on (fault 8).
    pub fn begin_cancel(&mut self, now: u64, id: &str) -> Answer {
        let call = "cloudformation:CancelUpdateStack";
        let at = self.find(id).filter(|at| self.stacks[*at].state.status == StackStatus::UpdateInProgress);
        let Some(at) = at else {
            return Err(refuse(
                call,
                Fault::WrongState,
                "CancelUpdateStack cannot be called from current stack status",
            ));
        };
        self.roll_back(now, at);
        Ok(())
    }

    /// Goes on with a rollback that failed, leaving out only what failed in it (fault 32).
    pub fn begin_continue(&mut self, now: u64, id: &str, token: &str, skip: &[String]) -> Answer {
        let call = "cloudformation:ContinueUpdateRollback";
        let at = self.find(id).filter(|at| self.stacks[*at].state.status == StackStatus::UpdateRollbackFailed);
        let Some(at) = at else {
            return Err(refuse(
                call,
                Fault::WrongState,
                "ContinueUpdateRollback cannot be called from current stack status",
            ));
        };
        let unwell = &self.stacks[at].unwell;
        if let Some(id) = skip.iter().find(|id| unwell.get(*id).is_none_or(|(status, _)| *status != "UPDATE_FAILED")) {
            let message = format!("The resource {id} to skip is not in a valid state: it has to be UPDATE_FAILED");
            return Err(refuse(call, Fault::Other, &message));
        }
        self.use_token(call, at, token, "continue")?;
        let stuck = self.stuck(at).into_iter().filter(|id| !skip.contains(id)).collect::<Vec<_>>();
        let steps = if stuck.is_empty() {
            self.stacks[at].unwell.clear();
            vec![
                (now + 2_000, Step::Own(StackStatus::UpdateRollbackCompleteCleanupInProgress, None)),
                (now + 3_000, Step::Own(StackStatus::UpdateRollbackComplete, None)),
            ]
        } else {
            let why = format!("The following resource(s) failed to update: {stuck:?}");
            vec![(now + 3_000, Step::Own(StackStatus::UpdateRollbackFailed, Some(why)))]
        };
        let operation = Operation::of(token, steps.into());
        self.start(now, at, operation, StackStatus::UpdateRollbackInProgress);
        Ok(())
    }
}
