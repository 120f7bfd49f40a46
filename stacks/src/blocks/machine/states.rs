//! The states of a machine, written from its end.

use contract::Statement;
use serde_json::{Map, Value, json};
use std::marker::PhantomData;

use super::Retries;
use super::work::{Given, Work, fields};

/// A finished machine: its definition, what stands in it by name, and what its role needs.
#[derive(Debug)]
pub struct Machine {
    pub(super) definition: Value,
    pub(super) named: Vec<(String, Value)>,
    pub(super) statements: Vec<Statement>,
}

/// The states that are written so far. Only [`machine`] makes one.
#[derive(Debug)]
pub struct States<'id> {
    written: Vec<(&'static str, Value)>,
    named: Vec<(String, Value)>,
    statements: Vec<Statement>,
    machine: PhantomData<fn(&'id ()) -> &'id ()>,
}

/// A state that another one may lead to, of the same machine.
#[derive(Debug, Clone, Copy)]
pub struct To<'id> {
    state: &'static str,
    machine: PhantomData<fn(&'id ()) -> &'id ()>,
}

/// A task's bounds, none of which can be left out.
#[derive(Debug, Clone)]
pub struct Limits<'id> {
    /// Of one attempt.
    pub seconds: u32,
    pub retries: Retries,
    /// Where it goes when it has failed for good, and where the error is put, beside what the state was given.
    pub failed: To<'id>,
    pub error_at: &'static str,
}

/// A condition on the input of a choice.
#[derive(Debug, Clone, Copy)]
pub enum When<'a> {
    Is(&'a str, &'a str),
    Above(&'a str, u64),
    Like(&'a str, &'a str),
    Present(&'a str),
}

/// Writes a machine; what is handed back is where it begins.
pub fn machine(about: &str, seconds: u32, write: impl for<'id> FnOnce(&mut States<'id>) -> To<'id>) -> Machine {
    let mut states = States { written: Vec::new(), named: Vec::new(), statements: Vec::new(), machine: PhantomData };
    let start = write(&mut states).state;
    let States { written, mut named, statements, .. } = states;
    named.sort_by(|one, other| one.0.cmp(&other.0));
    named.dedup_by(|one, other| one.0 == other.0);
    let mut granted: Vec<Statement> = Vec::new();
    for statement in statements {
        if !granted.contains(&statement) {
            granted.push(statement);
        }
    }
    // From the beginning, as people read.
    let states: Map<_, _> = written.into_iter().rev().map(|(name, state)| (name.to_owned(), state)).collect();
    let definition = json!({ "Comment": about, "TimeoutSeconds": seconds, "StartAt": start, "States": states });
    Machine { definition, named, statements: granted }
}

impl<'id> States<'id> {
    /// The execution ends well.
    pub fn succeed(&mut self, name: &'static str) -> To<'id> {
        self.add(name, json!({ "Type": "Succeed" }))
    }

    /// The execution ends failed, with the error that is found at a path.
    pub fn fail(&mut self, name: &'static str, at: &str) -> To<'id> {
        let [error, cause] = ["Error", "Cause"].map(|field| format!("{at}.{field}"));
        self.add(name, json!({ "Type": "Fail", "ErrorPath": error, "CausePath": cause }))
    }

    /// Puts values together, at a path beside what the state was given.
    pub fn put(&mut self, name: &'static str, values: &[(&str, Given)], at: &str, next: To<'id>) -> To<'id> {
        let parameters = fields(values.iter().cloned());
        self.add(name, json!({ "Type": "Pass", "Parameters": parameters, "ResultPath": at, "Next": next.state }))
    }

    /// Goes where the first condition that holds says.
    pub fn choose(&mut self, name: &'static str, choices: &[(When<'_>, To<'id>)], otherwise: To<'id>) -> To<'id> {
        let choices: Value = choices
            .iter()
            .map(|(when, to)| match when {
                When::Is(path, text) => json!({ "Variable": path, "StringEquals": text, "Next": to.state }),
                When::Above(path, number) => {
                    json!({ "Variable": path, "NumericGreaterThan": number, "Next": to.state })
                }
                When::Like(path, pattern) => json!({ "Variable": path, "StringMatches": pattern, "Next": to.state }),
                When::Present(path) => json!({ "Variable": path, "IsPresent": true, "Next": to.state }),
            })
            .collect();
        self.add(name, json!({ "Type": "Choice", "Choices": choices, "Default": otherwise.state }))
    }

    /// Does something and waits for its end. What is kept of the answer is put at a path beside what the state was given;
    /// nothing without a path.
    pub fn task(
        &mut self,
        name: &'static str,
        work: Work,
        limits: &Limits<'id>,
        at: Option<&str>,
        next: To<'id>,
    ) -> To<'id> {
        let Work { resource, busy, parameters, kept, named, statements } = work;
        self.named.extend(named);
        self.statements.extend(statements);
        let mut state = json!({
            "Type": "Task",
            "Resource": resource,
            "Parameters": parameters,
            "TimeoutSeconds": limits.seconds,
            "Retry": limits.retries.value(busy),
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": limits.error_at, "Next": limits.failed.state }],
        });
        if at.is_some() && !kept.is_empty() {
            state["ResultSelector"] = fields(kept.into_iter().map(|(field, path)| (field, super::from(path))));
        }
        state["ResultPath"] = at.map_or(Value::Null, Value::from);
        state["Next"] = next.state.into();
        self.add(name, state)
    }

    fn add(&mut self, name: &'static str, state: Value) -> To<'id> {
        debug_assert!(self.written.iter().all(|(known, _)| *known != name), "two states of the name {name}");
        self.written.push((name, state));
        To { state: name, machine: PhantomData }
    }
}
