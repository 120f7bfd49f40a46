//! How a simulated operation goes on: what each step does to resources, things and history.

use std::collections::VecDeque;
use std::rc::Rc;

use super::change_sets::Made;
use super::operation::{Step, Undo};
use super::signer::{UNTRUSTED, publisher};
use super::stack::Held;
use super::world::{Thing, World};
use crate::cloud::{ChangeAction, StackStatus, Standing};
use crate::template::Template;

impl World {
    pub(super) fn take(&mut self, now: u64, at: usize, step: Step) {
        match step {
            Step::Own(status, reason) => {
                self.stacks[at].turn(now, status, reason.as_deref());
                if status.standing() != Standing::Busy {
                    self.end(at);
                }
            }
            Step::Begin(id, action) => {
                let status = if action == ChangeAction::Add { "CREATE_IN_PROGRESS" } else { "UPDATE_IN_PROGRESS" };
                let held = self.held(at, &id);
                self.stacks[at].tell(now, &id, &held, status, None);
            }
            Step::Finish(id, action) => self.finish(now, at, &id, action),
            Step::Go(id, held) => self.go(now, at, &id, &held),
            Step::Land => self.land(now, at),
            Step::Undo(undo) => self.undo(now, at, undo),
            Step::Gone => {
                let failed = self.stacks[at].operation.as_ref().is_some_and(|o| !o.failed.is_empty());
                let status = if failed { StackStatus::DeleteFailed } else { StackStatus::DeleteComplete };
                self.take(now, at, Step::Own(status, None));
            }
        }
    }

    fn end(&mut self, at: usize) {
        let stack = &mut self.stacks[at];
        stack.operation = None;
        // A description of before is told from this one by its status; AWS is not known to be behind for longer.
        if stack.stale.as_ref().is_some_and(|(_, before)| before.status == stack.state.status) {
            stack.stale = None;
        }
        let id = self.stacks[at].state.id.clone();
        self.things
            .values_mut()
            .filter(|thing| thing.owner.as_ref() == Some(&id))
            .for_each(|thing| thing.fresh = false);
    }

    /// A resource as the stack holds it, or will.
    pub(super) fn held(&self, at: usize, id: &str) -> Held {
        if let Some(held) = self.stacks[at].resources.get(id) {
            return held.clone();
        }
        let kind = self.target(at).map_or("", |made| made.template.resource(id)["Type"].as_str().unwrap_or_default());
        Held { kind: kind.to_owned(), physical_id: String::new() }
    }

    pub(super) fn target(&self, at: usize) -> Option<&Rc<Made>> {
        self.stacks[at].operation.as_ref()?.target.as_ref()
    }

    fn finish(&mut self, now: u64, at: usize, id: &str, action: ChangeAction) {
        let Some(made) = self.target(at).cloned() else { return };
        let fails = self.failure_of(at, &made, id, action);
        let (good, bad) = match action {
            ChangeAction::Add => ("CREATE_COMPLETE", "CREATE_FAILED"),
            _ => ("UPDATE_COMPLETE", "UPDATE_FAILED"),
        };
        let held = self.held(at, id);
        if let Some(reason) = fails {
            self.stacks[at].tell(now, id, &held, bad, Some(&reason));
            self.stacks[at].unwell.insert(id.to_owned(), (bad, reason));
            self.fail(now, at);
            return;
        }
        let code = code(&made, id);
        let undo = match action {
            ChangeAction::Add | ChangeAction::Replace | ChangeAction::MayReplace => {
                let physical_id = self.make(at, &made, id, code);
                let held = Held { kind: held.kind.clone(), physical_id };
                match self.stacks[at].resources.insert(id.to_owned(), held) {
                    Some(old) => Undo::Replaced(id.to_owned(), old),
                    None => Undo::Created(id.to_owned()),
                }
            }
            ChangeAction::Modify | ChangeAction::Remove => {
                let thing = self.things.get_mut(&held.physical_id);
                let before = thing.and_then(|thing| std::mem::replace(&mut thing.code, code));
                Undo::Modified(id.to_owned(), before)
            }
        };
        let held = self.held(at, id);
        let stack = &mut self.stacks[at];
        stack.unwell.remove(id);
        if let Some(operation) = &mut stack.operation {
            operation.done.push(undo);
        }
        stack.tell(now, id, &held, good, None);
    }

    /// Why a change of one resource fails, if it does: as the climate says (faults 17, 23), because its code is not there
    /// (fault 24) or signed (fault 35), or because its name is taken, by another (fault 16) or by itself (fault 15).
    fn failure_of(&mut self, at: usize, made: &Made, id: &str, action: ChangeAction) -> Option<String> {
        if let Some(failing) = self.climate.failing.iter_mut().find(|f| f.logical_id == id && f.times > 0) {
            failing.times -= 1;
            return Some(failing.reason.to_owned());
        }
        if let Some(key) = code(made, id)
            && !self.objects.keys().any(|(_, known)| *known == key)
        {
            return Some("Error occurred while GetObject. S3 Error Code: NoSuchKey.".to_owned());
        }
        if let (Some(key), Some(publisher)) = (code(made, id), publisher(&made.template, id))
            && !self.signed(&key, publisher)
        {
            return Some(UNTRUSTED.to_owned());
        }
        let name = self.fixed_name(&made.template, id);
        match action {
            ChangeAction::Add => {
                // Only a creation is asked to take in what is there already. What is of another kind has names of its own.
                let kind = made.template.resource(id)["Type"].as_str().unwrap_or_default();
                let in_the_way = |thing: &Thing| thing.kind == kind && (thing.owner.is_some() || !made.creates);
                let taken = name.filter(|name| self.things.get(name).is_some_and(in_the_way));
                taken.map(|name| format!("{name} already exists"))
            }
            ChangeAction::Replace if name.as_ref() == Some(&self.held(at, id).physical_id) => {
                Some("CloudFormation cannot update a stack when a custom-named resource requires replacing.".to_owned())
            }
            _ => None,
        }
    }

    /// The name that the template gives, if it gives one.
    fn fixed_name(&self, template: &Template, id: &str) -> Option<String> {
        let resource = template.resource(id);
        let names = self.schemas.names(resource["Type"].as_str().unwrap_or_default());
        names.iter().find_map(|name| resource["Properties"][name].as_str()).map(str::to_owned)
    }

    /// Makes a thing, or takes in one of its name that was left behind, as a creation is asked to.
    fn make(&mut self, at: usize, made: &Made, id: &str, code: Option<String>) -> String {
        let stack = &self.stacks[at];
        let mut name = self.fixed_name(&made.template, id).unwrap_or_else(|| format!("{}-{id}", stack.state.name));
        let kind = made.template.resource(id)["Type"].as_str().unwrap_or_default().to_owned();
        while self.things.get(&name).is_some_and(|thing| thing.owner.is_some() || thing.kind != kind) {
            name.push('x');
        }
        let owner = Some(stack.state.id.clone());
        let fresh = !self.things.contains_key(&name);
        self.things.insert(name.clone(), Thing { kind, owner, code, fresh });
        name
    }

    /// The stack takes on its new template, unless an export that goes is in use (fault 12); what it no longer has goes
    /// afterwards.
    fn land(&mut self, now: u64, at: usize) {
        let Some(made) = self.target(at).cloned() else { return };
        let gone: Vec<String> = self.stacks[at]
            .exports()
            .into_iter()
            .filter(|e| !made.template.exports().contains_key(e))
            .map(str::to_owned)
            .collect();
        for export in gone {
            if let Some(importer) = self.importers(&export).into_iter().next() {
                self.stacks[at].state.reason =
                    Some(format!("Export {export} cannot be deleted as it is in use by {importer}"));
                self.roll_back(now, at);
                return;
            }
        }
        let old = std::mem::replace(&mut self.stacks[at].template, made.template.clone());
        let stack = &mut self.stacks[at];
        stack.body.clone_from(&made.body);
        stack.state.parameters.clone_from(&made.parameters);
        stack.state.tags.clone_from(&made.tags);
        if made.creates {
            self.take(now, at, Step::Own(StackStatus::CreateComplete, None));
            return;
        }
        let mut time = now + 200;
        let mut steps = VecDeque::new();
        let done = stack.operation.as_ref().map(|operation| operation.done.clone()).unwrap_or_default();
        for undo in done {
            if let Undo::Replaced(id, held) = undo {
                let kept = old.resource(&id)["UpdateReplacePolicy"].as_str().is_some_and(|p| p.starts_with("Retain"));
                time += self.chance.u64(0..1_000);
                if kept { self.orphan(&held.physical_id) } else { steps.push_back((time, Step::Go(id, held))) }
            }
        }
        let removed: Vec<_> =
            self.stacks[at].resources.keys().filter(|id| made.template.resource(id).is_null()).cloned().collect();
        for id in removed {
            let Some(held) = self.stacks[at].resources.remove(&id) else { continue };
            if old.keeps(&id) {
                self.orphan(&held.physical_id);
            } else {
                time += self.chance.u64(0..1_000);
                steps.push_back((time, Step::Go(id, held)));
            }
        }
        steps.push_back((time + 200, Step::Own(StackStatus::UpdateComplete, None)));
        self.stacks[at].turn(now, StackStatus::UpdateCompleteCleanupInProgress, None);
        if let Some(operation) = &mut self.stacks[at].operation {
            operation.steps = steps;
        }
    }

    pub(super) fn orphan(&mut self, physical_id: &str) {
        if let Some(thing) = self.things.get_mut(physical_id) {
            thing.owner = None;
        }
    }

    pub(super) fn leave_behind(&mut self, at: usize, id: &str) {
        if let Some(held) = self.stacks[at].resources.remove(id) {
            self.orphan(&held.physical_id);
        }
    }

    /// A resource goes with its stack, or after it was replaced or taken out of the template; a bucket only if it is empty
    /// (fault 13). What does not go is a blocker, or a leftover of an update (fault 22).
    fn go(&mut self, now: u64, at: usize, id: &str, held: &Held) {
        let deletes = self.target(at).is_none();
        if deletes && self.stacks[at].template.keeps(id) {
            self.stacks[at].tell(now, id, held, "DELETE_SKIPPED", None);
            self.leave_behind(at, id);
            return;
        }
        self.stacks[at].tell(now, id, held, "DELETE_IN_PROGRESS", None);
        let full = held.kind == "AWS::S3::Bucket" && self.objects.keys().any(|(bucket, _)| *bucket == held.physical_id);
        let reason = if full {
            Some("The bucket you tried to delete is not empty. You must delete all versions in the bucket.")
        } else {
            self.climate.deletion_fails.iter().any(|fails| fails == id).then_some("resource has a dependent object")
        };
        if let Some(reason) = reason {
            let stack = &mut self.stacks[at];
            stack.tell(now, id, held, "DELETE_FAILED", Some(reason));
            if deletes {
                stack.unwell.insert(id.to_owned(), ("DELETE_FAILED", reason.to_owned()));
            } else {
                self.orphan(&held.physical_id);
            }
            if let Some(operation) = &mut self.stacks[at].operation {
                operation.failed.push(id.to_owned());
            }
            return;
        }
        let name = self.stacks[at].state.name.clone();
        self.destroy(&name, id, &held.physical_id);
        let stack = &mut self.stacks[at];
        stack.tell(now, id, held, "DELETE_COMPLETE", None);
        if stack.resources.get(id) == Some(held) {
            stack.resources.remove(id);
        }
    }
}

/// Where a function's code is, by the value of the parameter that its template names.
fn code(made: &Made, id: &str) -> Option<String> {
    made.parameters.get(made.template.code_parameter(id)?).cloned()
}
