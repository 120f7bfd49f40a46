//! State machines, as their definitions say: states, what follows what, what catches what.

use crate::node::{Node, Place};
use crate::parse::parse;
use crate::world::Resource;

/// One machine, or the inner one of a `Parallel` or `Map` state.
#[derive(Debug, Clone)]
pub struct Machine {
    pub start: Option<String>,
    pub states: Vec<State>,
    pub place: Place,
    /// `JSONPath` or `JSONata`, where it is said.
    pub language: Option<String>,
}

#[derive(Debug, Clone)]
pub struct State {
    pub name: String,
    pub kind: String,
    pub node: Node,
    pub inner: Vec<Machine>,
}

/// Takes a machine, with the machines and states around it.
type Visit<'a> = dyn FnMut(&Machine, &[(&Machine, &State)]) + 'a;

/// What is known of a resource's definition.
#[derive(Debug)]
pub enum Definition {
    Known(Machine),
    /// It is elsewhere, or has parts that cannot be known.
    Unknown,
    /// It is text, and no JSON.
    Wrong(String),
}

pub fn definition(resource: &Resource) -> Definition {
    let written = resource.get("Definition");
    if !written.is_missing() {
        return if written.is_unknown() { Definition::Unknown } else { Definition::Known(machine(written)) };
    }
    let text = resource.get("DefinitionString");
    let Some(text) = text.text() else { return Definition::Unknown };
    let mut text = text.to_owned();
    for entry in resource.get("DefinitionSubstitutions").entries() {
        let Some(value) = entry.value.text() else { return Definition::Unknown };
        text = text.replace(&format!("${{{}}}", entry.key), value);
    }
    match parse(&text) {
        Ok(root) => Definition::Known(machine(&root.placed(resource.get("DefinitionString").place))),
        Err(fault) => Definition::Wrong(format!("{}, in line {} of it", fault.what, fault.place.line)),
    }
}

fn machine(node: &Node) -> Machine {
    let states = node.get("States").entries().iter().map(|entry| {
        let inner = ["Iterator", "ItemProcessor"].into_iter().map(|key| entry.value.get(key));
        let inner = inner.filter(|node| !node.is_missing()).chain(entry.value.get("Branches").items());
        State {
            name: entry.key.clone(),
            kind: entry.value.get("Type").text().unwrap_or_default().to_owned(),
            inner: inner.map(machine).collect(),
            node: entry.value.clone(),
        }
    });
    let text = |key| node.get(key).text().map(str::to_owned);
    Machine { start: text("StartAt"), states: states.collect(), place: node.place, language: text("QueryLanguage") }
}

impl Machine {
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name == name)
    }

    /// The names of the states that can come after some, themselves among them.
    pub fn reachable<'a>(&'a self, from: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let (mut seen, mut todo): (Vec<&str>, Vec<&str>) = (Vec::new(), from.into_iter().collect());
        while let Some(name) = todo.pop() {
            if !seen.contains(&name) {
                seen.push(name);
                todo.extend(self.state(name).into_iter().flat_map(State::followers).map(|(name, _)| name));
            }
        }
        seen
    }

    /// This machine and all inner ones, each with the states that are around it.
    pub fn visit<'a>(&'a self, around: &mut Vec<(&'a Machine, &'a State)>, visit: &mut Visit<'_>) {
        visit(self, around);
        for state in &self.states {
            for inner in &state.inner {
                around.push((self, state));
                inner.visit(around, visit);
                around.pop();
            }
        }
    }
}

impl State {
    /// The states that come next unless it fails.
    pub fn successors(&self) -> Vec<&str> {
        let choices = self.node.get("Choices").items().iter().map(|choice| choice.get("Next"));
        choices.chain([self.node.get("Next"), self.node.get("Default")]).filter_map(Node::text).collect()
    }

    /// The states that it names as the next one, with the place of each name.
    pub fn followers(&self) -> Vec<(&str, Place)> {
        let mut found: Vec<&Node> = vec![self.node.get("Next"), self.node.get("Default")];
        found.extend(self.node.get("Choices").items().iter().map(|choice| choice.get("Next")));
        found.extend(self.node.get("Catch").items().iter().map(|catch| catch.get("Next")));
        found.into_iter().filter_map(|node| Some((node.text()?, node.place))).collect()
    }

    pub fn is_task(&self) -> bool {
        self.kind == "Task"
    }

    /// What a task does, such as `sns:publish`; a function's ARN is `lambda:invoke`.
    pub fn service(&self) -> Option<&str> {
        let resource = self.node.get("Resource").text()?;
        match resource.split_once(":states:::") {
            Some((_, service)) => Some(service.trim_start_matches("aws-sdk:")),
            None => Some("lambda:invoke"),
        }
    }

    /// Whether it tells somebody; none where that is for what it runs to know.
    pub fn is_notice(&self) -> Option<bool> {
        let begins =
            |all: &[&str]| self.service().is_some_and(|service| all.iter().any(|told| service.starts_with(told)));
        if !self.is_task() {
            return Some(false);
        }
        let tells = ["sns:publish", "sqs:sendMessage", "events:putEvents", "eventbridge:putEvents", "ses:", "sesv2:"];
        let runs = ["lambda:", "http:", "states:startExecution", "sfn:start", "ecs:runTask", "apigateway:", "ssm:"];
        match (begins(&tells), begins(&runs)) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        }
    }
}
