//! What others do in a simulated cloud, beside the engine.

use std::collections::BTreeMap;

use super::stack::{Held, Stack};
use super::world::{Thing, World};
use crate::cloud::{Drifted, StackStatus};
use crate::template::Template;

impl World {
    /// A stack of somebody else, which stands.
    pub fn stand(&mut self, now: u64, name: &str, template: &Template) {
        self.named += 1;
        let mut stack = Stack::new(name, &format!("arn:aws:cloudformation:eu-west-1:1:stack/{name}/{}", self.named));
        stack.template = template.clone();
        stack.body = template.value().to_string().into();
        stack.turn(now, StackStatus::CreateComplete, None);
        self.stacks.push(stack);
    }

    /// Somebody deletes a stack, keeps what is in it, and makes it again under the same name (fault 21).
    pub fn remake(&mut self, now: u64, name: &str) {
        let Some(at) = self.find(name) else { return };
        self.stand(now, name, &self.stacks[at].template.clone());
        let old = &mut self.stacks[at];
        old.operation = None;
        old.stale = None;
        let (was, parameters) = (old.state.id.clone(), old.state.parameters.clone());
        let (tags, body) = (old.state.tags.clone(), old.body.clone());
        let mut held = std::mem::take(&mut old.resources);
        held.retain(|id, _| !old.template.resource(id).is_null());
        old.turn(now, StackStatus::DeleteComplete, None);
        let Some(new) = self.stacks.last_mut() else { return };
        (new.resources, new.body) = (held, body);
        (new.state.parameters, new.state.tags) = (parameters, tags);
        let id = new.state.id.clone();
        let (mut mine, mut codes) = (BTreeMap::new(), BTreeMap::new());
        for (logical_id, held) in &new.resources {
            mine.insert(held.physical_id.clone(), id.clone());
            let parameter = new.template.code_parameter(logical_id);
            let code = parameter.and_then(|parameter| new.state.parameters.get(parameter)).cloned();
            codes.insert(held.physical_id.clone(), code);
        }
        // What the operation had made by then goes with it.
        self.things.retain(|name, thing| thing.owner.as_ref() != Some(&was) || mine.contains_key(name));
        for (name, thing) in &mut self.things {
            if let Some(owner) = mine.get(name) {
                thing.owner = Some(owner.clone());
                thing.code = codes.remove(name).flatten();
            }
        }
    }

    /// Those of a stack's resources that somebody changed by hand (fault 18).
    pub fn drifted(&self, stack: &str) -> Vec<Drifted> {
        let Some(stack) = self.stack(stack) else { return Vec::new() };
        let held = self.climate.drifted.iter().filter_map(|id| stack.resources.get_key_value(id));
        let drifted = |(id, held): (&String, &Held)| Drifted {
            logical_id: id.clone(),
            kind: held.kind.clone(),
            properties: vec!["Tags".to_owned()],
        };
        held.map(drifted).collect()
    }

    /// A resource that is still in a stack whose creation failed, though everything else was taken away again.
    pub fn remains(&mut self, name: &str, logical_id: &str, kind: &str) {
        let Some(at) = self.find(name) else { return };
        let physical_id = format!("{name}-{logical_id}");
        let (kind, owner) = (kind.to_owned(), Some(self.stacks[at].state.id.clone()));
        let held = Held { kind: kind.clone(), physical_id: physical_id.clone() };
        self.things.insert(physical_id, Thing { kind, owner, code: None, fresh: false });
        let stack = &mut self.stacks[at];
        stack.unwell.insert(logical_id.to_owned(), ("DELETE_SKIPPED", "it is retained".to_owned()));
        stack.resources.insert(logical_id.to_owned(), held);
    }
}
