//! A policy document, read.

use crate::iam::condition::Condition;
use crate::iam::{fits, fits_action};
use crate::node::{Node, Place};

#[derive(Debug, Clone, Default)]
pub struct Policy {
    pub statements: Vec<Statement>,
    /// Whether part of it cannot be known.
    pub is_partly_unknown: bool,
}

#[derive(Debug, Clone)]
pub struct Statement {
    pub effect: Effect,
    /// As `Service:x`, `AWS:y`, `Federated:z`, or `*`; empty in a policy of an identity.
    pub principals: Vec<String>,
    pub principals_are_excluded: bool,
    pub actions: Patterns,
    pub resources: Patterns,
    pub conditions: Vec<Condition>,
    pub place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

/// A list, or everything but a list.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    pub list: Vec<String>,
    pub is_excluded: bool,
    /// Whether something in it cannot be known.
    pub is_open: bool,
}

impl Patterns {
    fn read(statement: &Node, key: &str) -> Self {
        let excluded = statement.get(&format!("Not{key}"));
        let given = if excluded.is_missing() { statement.get(key) } else { excluded };
        Self {
            list: given.items().iter().filter_map(Node::text).map(str::to_owned).collect(),
            is_excluded: !excluded.is_missing(),
            is_open: given.items().iter().any(Node::is_unknown),
        }
    }

    pub fn take_action(&self, action: &str) -> bool {
        self.list.iter().any(|pattern| fits_action(pattern, action)) != self.is_excluded
    }

    pub fn take_resource(&self, resource: &str) -> bool {
        // In the policy of a resource, none means that resource.
        (self.list.is_empty() && !self.is_open)
            || self.list.iter().any(|pattern| fits(pattern, resource)) != self.is_excluded
    }
}

impl Policy {
    pub fn read(document: &Node) -> Self {
        let statements = document.get("Statement");
        let mut policy =
            Self { statements: Vec::new(), is_partly_unknown: document.is_unknown() || statements.is_unknown() };
        for node in statements.items() {
            match Statement::read(node) {
                Some(statement) => policy.statements.push(statement),
                None => policy.is_partly_unknown = true,
            }
        }
        policy
    }

    /// Of a policy that stands at a resource: taken to be about that resource, however it is named there.
    #[must_use]
    pub fn of_its_resource(mut self) -> Self {
        for statement in &mut self.statements {
            statement.resources = Patterns::default();
        }
        self
    }

    pub fn allowing(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| statement.effect == Effect::Allow)
    }
}

impl Statement {
    fn read(node: &Node) -> Option<Self> {
        let effect = match node.get("Effect").text()? {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            _ => return None,
        };
        let excluded = node.get("NotPrincipal");
        let principal = if excluded.is_missing() { node.get("Principal") } else { excluded };
        let mut principals: Vec<String> = principal.text().map(str::to_owned).into_iter().collect();
        for entry in principal.entries() {
            let named = entry.value.items().iter().filter_map(Node::text);
            principals.extend(named.map(|name| format!("{}:{name}", entry.key)));
        }
        Some(Self {
            effect,
            principals,
            principals_are_excluded: !excluded.is_missing(),
            actions: Patterns::read(node, "Action"),
            resources: Patterns::read(node, "Resource"),
            conditions: Condition::read_all(node.get("Condition")),
            place: node.place,
        })
    }

    /// One of the values that its conditions want for a key, where they name any.
    pub fn wants(&self, key: &str) -> Option<String> {
        let conditions = self.conditions.iter().filter(|condition| condition.is_for(key) && condition.needs_key());
        conditions.flat_map(|condition| &condition.values).map(|value| value.replace(['*', '?'], "x")).next()
    }

    /// An action that it is about.
    pub fn an_action(&self) -> String {
        let named = self.actions.list.first().filter(|_| !self.actions.is_excluded);
        named.map_or_else(|| "any:Action".to_owned(), |pattern| pattern.replace(['*', '?'], "x"))
    }

    /// Whether everybody is meant, as far as the principal alone tells.
    pub fn is_for_everybody(&self) -> bool {
        self.principals.iter().any(|principal| principal == "*" || principal == "AWS:*")
    }

    /// The services that are meant.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.principals.iter().filter_map(|principal| principal.strip_prefix("Service:"))
    }

    /// Whether a condition asks for a key, such as `aws:SourceArn`, in a way that a missing key does not pass.
    pub fn asks_for(&self, key: &str) -> bool {
        self.conditions.iter().any(|condition| condition.is_for(key) && condition.needs_key())
    }
}
