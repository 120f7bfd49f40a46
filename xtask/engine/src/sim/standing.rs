//! Puts a simulated stack into any status of docs/faults.md, with whatever goes on in it.

use std::rc::Rc;

use super::operation::{Operation, Step};
use super::stack::Held;
use super::world::World;
use crate::cloud::{StackStatus as S, Standing};
use crate::template::Template;

impl World {
    /// A stack that stands as if complete takes on a status. What goes on in it was begun with this token.
    pub fn bring_into(&mut self, now: u64, name: &str, status: S, token: &str) {
        let Some(at) = self.find(name) else { return };
        match status {
            S::DeleteComplete | S::ReviewInProgress | S::RollbackInProgress | S::RollbackComplete => {
                let ids: Vec<_> = self.stacks[at].resources.keys().cloned().collect();
                for id in ids {
                    self.vanish(at, &id);
                }
                self.stacks[at].template = Template::default();
                self.stacks[at].body = Rc::from("");
            }
            S::RollbackFailed | S::DeleteFailed => self.unwell(at, "DELETE_FAILED"),
            S::CreateFailed => self.unwell(at, "CREATE_FAILED"),
            S::UpdateFailed | S::UpdateRollbackFailed => self.unwell(at, "UPDATE_FAILED"),
            _ => {}
        }
        let steps = match status {
            S::CreateInProgress => vec![Step::Own(S::CreateComplete, None)],
            S::RollbackInProgress => vec![Step::Own(S::RollbackComplete, None)],
            S::DeleteInProgress => {
                let held = self.stacks[at].resources.clone().into_iter();
                held.map(|(id, held): (String, Held)| Step::Go(id, held)).chain([Step::Gone]).collect()
            }
            S::UpdateInProgress => {
                vec![Step::Own(S::UpdateCompleteCleanupInProgress, None), Step::Own(S::UpdateComplete, None)]
            }
            S::UpdateCompleteCleanupInProgress => vec![Step::Own(S::UpdateComplete, None)],
            S::UpdateRollbackInProgress => vec![
                Step::Own(S::UpdateRollbackCompleteCleanupInProgress, None),
                Step::Own(S::UpdateRollbackComplete, None),
            ],
            S::UpdateRollbackCompleteCleanupInProgress => vec![Step::Own(S::UpdateRollbackComplete, None)],
            S::ImportInProgress => vec![Step::Own(S::ImportComplete, None)],
            S::ImportRollbackInProgress => vec![Step::Own(S::ImportRollbackComplete, None)],
            _ => Vec::new(),
        };
        let busy = status.standing() == Standing::Busy;
        let steps = steps.into_iter().enumerate().map(|(number, step)| (now + 20_000 + 1_000 * number as u64, step));
        let stack = &mut self.stacks[at];
        stack.generation += 1;
        let operation = Operation::of(token, steps.collect());
        stack.operation = Some(operation);
        stack.turn(now, status, None);
        if !busy {
            stack.operation = None;
        }
    }

    fn vanish(&mut self, at: usize, id: &str) {
        if let Some(held) = self.stacks[at].resources.remove(id) {
            self.things.remove(&held.physical_id);
        }
    }

    fn unwell(&mut self, at: usize, status: &'static str) {
        let stack = &mut self.stacks[at];
        if let Some(id) = stack.resources.keys().next().cloned() {
            stack.unwell.insert(id, (status, "it does not want to".to_owned()));
        }
    }
}
