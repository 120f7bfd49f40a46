//! What happens instead when a simulated operation fails.

use std::collections::VecDeque;

use super::operation::{Step, Undo};
use super::world::World;
use crate::cloud::{ChangeAction, StackStatus};

impl World {
    /// Something failed: all that has not ended is cancelled, which is told as a failure too (fault 33), and what was done is
    /// undone, unless it is to be kept.
    pub(super) fn fail(&mut self, now: u64, at: usize) {
        let Some(operation) = &self.stacks[at].operation else { return };
        let pending: Vec<_> = operation
            .steps
            .iter()
            .filter_map(|(_, step)| match step {
                Step::Finish(id, action) => Some((id.clone(), *action)),
                _ => None,
            })
            .collect();
        for (id, action) in pending {
            let held = self.held(at, &id);
            let (status, reason) = match action {
                ChangeAction::Add => ("CREATE_FAILED", "Resource creation cancelled"),
                _ => ("UPDATE_FAILED", "Resource update cancelled"),
            };
            self.stacks[at].tell(now, &id, &held, status, Some(reason));
        }
        let keep = self.stacks[at].operation.as_ref().is_some_and(|operation| operation.keep_failed);
        if keep {
            let creates = self.target(at).is_some_and(|made| made.creates);
            let status = if creates { StackStatus::CreateFailed } else { StackStatus::UpdateFailed };
            self.take(now, at, Step::Own(status, Some("The following resource(s) failed".to_owned())));
            return;
        }
        self.roll_back(now, at);
    }

    /// Those of the stack's resources whose rollback fails.
    pub(super) fn stuck(&self, at: usize) -> Vec<String> {
        let held = |id: &&String| self.stacks[at].resources.contains_key(*id);
        self.climate.rollback_fails.iter().filter(held).cloned().collect()
    }

    pub(super) fn roll_back(&mut self, now: u64, at: usize) {
        let stuck = self.stuck(at);
        let creates = self.target(at).is_some_and(|made| made.creates);
        let Some(operation) = &mut self.stacks[at].operation else { return };
        let mut time = now + 100;
        let mut steps = VecDeque::new();
        for undo in operation.done.drain(..).rev() {
            if stuck.iter().any(|id| id == undo.logical_id()) {
                continue;
            }
            time += 300;
            steps.push_back((time, Step::Undo(undo)));
        }
        let why = (!stuck.is_empty()).then(|| format!("The following resource(s) failed: {stuck:?}"));
        let (during, end) = match (creates, why.is_some()) {
            (true, true) => (StackStatus::RollbackInProgress, StackStatus::RollbackFailed),
            (true, false) => (StackStatus::RollbackInProgress, StackStatus::RollbackComplete),
            (false, true) => (StackStatus::UpdateRollbackInProgress, StackStatus::UpdateRollbackFailed),
            (false, false) => {
                let clears_up = StackStatus::UpdateRollbackCompleteCleanupInProgress;
                steps.push_back((time + 100, Step::Own(clears_up, None)));
                (StackStatus::UpdateRollbackInProgress, StackStatus::UpdateRollbackComplete)
            }
        };
        steps.push_back((time + 200, Step::Own(end, why)));
        operation.steps = steps;
        self.stacks[at].turn(now, during, Some("The following resource(s) failed"));
        self.stacks[at].unwell.clear();
        let status = if creates { "DELETE_FAILED" } else { "UPDATE_FAILED" };
        for id in stuck {
            self.stacks[at].unwell.insert(id, (status, "it does not want to".to_owned()));
        }
    }

    pub(super) fn undo(&mut self, now: u64, at: usize, undo: Undo) {
        match undo {
            Undo::Created(id) => {
                let Some(held) = self.stacks[at].resources.remove(&id) else { return };
                // What was taken in again was there before.
                let adopted = self.things.get(&held.physical_id).is_some_and(|thing| !thing.fresh);
                if adopted {
                    self.orphan(&held.physical_id);
                } else {
                    let name = self.stacks[at].state.name.clone();
                    self.destroy(&name, &id, &held.physical_id);
                }
                self.stacks[at].tell(now, &id, &held, "DELETE_COMPLETE", None);
            }
            Undo::Modified(id, code) => {
                let held = self.held(at, &id);
                if let Some(thing) = self.things.get_mut(&held.physical_id) {
                    thing.code = code;
                }
                self.stacks[at].tell(now, &id, &held, "UPDATE_COMPLETE", None);
            }
            Undo::Replaced(id, old) => {
                if let Some(new) = self.stacks[at].resources.insert(id.clone(), old.clone()) {
                    let name = self.stacks[at].state.name.clone();
                    self.destroy(&name, &id, &new.physical_id);
                }
                self.stacks[at].tell(now, &id, &old, "UPDATE_COMPLETE", None);
            }
        }
    }
}
