//! A value of a template, and where it stands.

use std::fmt::{self, Write};

/// Where something stands in its file, both counted from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub place: Place,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub enum Kind {
    #[default]
    Null,
    Bool(bool),
    /// With the text as it was written: an account's number may begin with 0.
    Number(f64, String),
    Text(String),
    List(Vec<Node>),
    /// In the order in which it was written.
    Map(Vec<Entry>),
    /// What cannot be known before it is deployed, and why.
    Unknown(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_place: Place,
    pub value: Node,
}

static MISSING: Node = Node { kind: Kind::Null, place: Place { line: 0, column: 0 } };

impl Node {
    pub fn new(kind: Kind, place: Place) -> Self {
        Self { kind, place }
    }

    /// What stands at a dotted path; null where there is nothing. A step through something unknown is unknown.
    pub fn at(&self, path: &str) -> &Self {
        path.split('.').fold(self, |node, key| node.get(key))
    }

    pub fn get(&self, key: &str) -> &Self {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.key == key).map_or(&MISSING, |entry| &entry.value),
            Kind::Unknown(_) => self,
            _ => &MISSING,
        }
    }

    /// Whether nothing was written here.
    pub fn is_missing(&self) -> bool {
        self.kind == Kind::Null
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_))
    }

    /// Text, also of a number or a truth value, which CloudFormation takes for each other.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) | Kind::Number(_, text) => Some(text),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<f64> {
        match &self.kind {
            Kind::Number(number, _) => Some(*number),
            Kind::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub fn bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            Kind::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The items of a list; of anything else but nothing, the thing itself: many properties take either.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The same with one place for all of it: values that stand in a text have none of their own in the template.
    #[must_use]
    pub fn placed(self, place: Place) -> Self {
        let entry = |entry: Entry| Entry { key_place: place, value: entry.value.placed(place), ..entry };
        let kind = match self.kind {
            Kind::List(items) => Kind::List(items.into_iter().map(|item| item.placed(place)).collect()),
            Kind::Map(entries) => Kind::Map(entries.into_iter().map(entry).collect()),
            other => other,
        };
        Self::new(kind, place)
    }

    /// Everything below it and itself, from the outside in.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        match &self.kind {
            Kind::List(items) => items.iter().for_each(|item| item.walk(visit)),
            Kind::Map(entries) => entries.iter().for_each(|entry| entry.value.walk(visit)),
            _ => {}
        }
    }
}

/// As compact JSON, for messages.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Null => f.write_str("null"),
            Kind::Bool(value) => write!(f, "{value}"),
            Kind::Number(_, text) => f.write_str(text),
            Kind::Text(text) => write!(f, "{text:?}"),
            Kind::Unknown(why) => write!(f, "({why})"),
            Kind::List(items) => {
                f.write_char('[')?;
                for (number, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if number > 0 { ", " } else { "" })?;
                }
                f.write_char(']')
            }
            Kind::Map(entries) => {
                f.write_char('{')?;
                for (number, Entry { key, value, .. }) in entries.iter().enumerate() {
                    write!(f, "{}{key:?}: {value}", if number > 0 { ", " } else { "" })?;
                }
                f.write_char('}')
            }
        }
    }
}
