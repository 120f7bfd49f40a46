//! One line of a policy, as these roles have them: actions in any number, made from a table.

use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Allowed {
    effect: &'static str,
    pub(super) action: Vec<String>,
    pub(super) resource: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) condition: Option<Value>,
}

impl Allowed {
    pub(super) fn each(action: Vec<String>, resource: Value) -> Self {
        Self { effect: "Allow", action, resource, condition: None }
    }

    pub(super) fn of(actions: &[&str], resource: Value) -> Self {
        Self::each(actions.iter().map(|action| (*action).to_owned()).collect(), resource)
    }

    /// What is not allowed, whatever else is.
    pub(super) fn never(actions: &[&str], resource: Value) -> Self {
        Self { effect: "Deny", ..Self::of(actions, resource) }
    }

    fn take(&mut self, other: Self) {
        self.action.extend(other.action);
        let of = |resource: Value| if let Value::Array(all) = resource { all } else { vec![resource] };
        self.resource = of(self.resource.take()).into_iter().chain(of(other.resource)).collect();
    }

    fn is_under_the_same(&self, other: &Self) -> bool {
        self.effect == other.effect && self.condition == other.condition
    }

    pub(super) fn when(self, condition: Value) -> Self {
        Self { condition: Some(condition), ..self }
    }
}

/// Lines under the same condition as one: each action is asked of its own service's things alone, so that no more is allowed than
/// by each for itself, in half the characters. Not for S3, where the ARNs of buckets and of objects fit each other.
pub(super) fn together(lines: Vec<Allowed>) -> Vec<Allowed> {
    let mut all: Vec<Allowed> = Vec::new();
    for line in lines {
        let is_mergeable = |line: &Allowed| line.resource != "*" && !line.action.iter().any(|it| it.starts_with("s3:"));
        let same = |other: &&mut Allowed| other.is_under_the_same(&line) && is_mergeable(other) && is_mergeable(&line);
        match all.iter_mut().find(same) {
            Some(other) => other.take(line),
            None => all.push(line),
        }
    }
    all
}
