//! What is known of the data between states: which fields there can be.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::{Kind, Node};

/// What a value can look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing is known of it.
    Any,
    /// It has some of these fields and no other ones.
    Object(BTreeMap<String, Shape>),
    /// Of these fields it is known what they are like, if they are there; of others nothing.
    Open(BTreeMap<String, Shape>),
}

impl Shape {
    pub(super) fn empty() -> Self {
        Self::Object(BTreeMap::new())
    }

    pub(super) fn with_fields<const N: usize>(names: [&str; N]) -> Self {
        Self::Object(names.into_iter().map(|name| (name.to_owned(), Self::Any)).collect())
    }

    /// Of a value that is written out, in which `value` tells what an expression comes to.
    pub(super) fn of(node: &Node, value: &dyn Fn(&Node) -> Self) -> Self {
        match &node.kind {
            Kind::Map(entries) => Self::Object(
                entries
                    .iter()
                    .map(|entry| match entry.key.strip_suffix(".$") {
                        Some(key) => (key.to_owned(), value(&entry.value)),
                        None => (entry.key.clone(), Self::of(&entry.value, value)),
                    })
                    .collect(),
            ),
            _ => value(node),
        }
    }

    /// What is at a path; none where there can be nothing.
    pub(super) fn at(&self, path: &[String]) -> Option<Self> {
        match (self, path) {
            (Self::Any, _) => Some(Self::Any),
            (Self::Object(_) | Self::Open(_), []) => Some(self.clone()),
            (Self::Object(fields), [first, rest @ ..]) => fields.get(first)?.at(rest),
            (Self::Open(fields), [first, rest @ ..]) => {
                fields.get(first).map_or(Some(Self::Any), |field| field.at(rest))
            }
        }
    }

    /// The same with something put in at a path.
    pub(super) fn put(self, path: &[String], value: Self) -> Self {
        match (self, path) {
            (_, []) => value,
            (Self::Any, path) => Self::Open(BTreeMap::new()).put(path, value),
            (Self::Object(mut fields), [first, rest @ ..]) => {
                let inner = fields.remove(first).unwrap_or_else(Self::empty);
                fields.insert(first.clone(), inner.put(rest, value));
                Self::Object(fields)
            }
            (Self::Open(mut fields), [first, rest @ ..]) => {
                let inner = fields.remove(first).unwrap_or(Self::Any);
                fields.insert(first.clone(), inner.put(rest, value));
                Self::Open(fields)
            }
        }
    }

    /// What can come from either side.
    pub(super) fn or(self, other: Self) -> Self {
        let (open, other_is_open) = (matches!(self, Self::Open(_)), matches!(other, Self::Open(_)));
        let (Self::Object(mut fields) | Self::Open(mut fields), Self::Object(mut others) | Self::Open(mut others)) =
            (self, other)
        else {
            return Self::Any;
        };
        let mut merged = BTreeMap::new();
        for name in fields.keys().chain(others.keys()).cloned().collect::<BTreeSet<_>>() {
            match (fields.remove(&name), others.remove(&name)) {
                (Some(own), Some(other)) => drop(merged.insert(name, own.or(other))),
                // The other side may have it too, and nobody knows what it is like there.
                (Some(_), None) if other_is_open => {}
                (None, Some(_)) if open => {}
                (own, other) => merged.extend(own.or(other).map(|shape| (name, shape))),
            }
        }
        if open || other_is_open { Self::Open(merged) } else { Self::Object(merged) }
    }

    /// For people: the names of the fields.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Object(fields) if !fields.is_empty() => {
                format!("only {}", fields.keys().map(String::as_str).collect::<Vec<_>>().join(", "))
            }
            Self::Open(_) => "another value".to_owned(),
            _ => "nothing".to_owned(),
        }
    }
}

/// The fields that a path names one after another, up to where it becomes more than that: `$.a['b'][0]` names a and b.
/// None where it does not begin at the state's input.
pub(super) fn fields(path: &str) -> Option<Vec<String>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut names = Vec::new();
    loop {
        let (name, after) = if let Some(quoted) = rest.strip_prefix("['") {
            quoted.split_once("']")?
        } else if let Some(plain) = rest.strip_prefix('.') {
            plain.split_at(plain.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(plain.len()))
        } else {
            break;
        };
        if name.is_empty() {
            break;
        }
        names.push(name.to_owned());
        rest = after;
    }
    let begins_here = rest.is_empty() || rest.starts_with(['.', '[']);
    begins_here.then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_fields_until_it_becomes_more() {
        for (path, names) in [
            ("$", Some(vec![])),
            ("$.a.b", Some(vec!["a", "b"])),
            ("$['a b'].c[0].d", Some(vec!["a b", "c"])),
            ("$.a[*].b", Some(vec!["a"])),
            ("$..a", Some(vec![])),
            ("$$.Execution.Id", None),
            ("$variable.a", None),
            ("a", None),
        ] {
            let names = names.map(|names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(fields(path), names, "{path}");
        }
    }

    #[test]
    fn what_can_come_from_either_side_has_the_fields_of_both() {
        let path = |path: &str| fields(path).unwrap();
        let one = Shape::empty().put(&path("$.a.b"), Shape::Any);
        let both = one.clone().or(Shape::with_fields(["c"]));
        assert!(both.at(&path("$.a.b.x")).is_some() && both.at(&path("$.c")).is_some());
        assert!(both.at(&path("$.a.c")).is_none());
        assert_eq!(one.or(Shape::Any), Shape::Any);
    }

    #[test]
    fn what_is_put_beside_the_unknown_is_known() {
        let path = |path: &str| fields(path).unwrap();
        let known = Shape::Any.put(&path("$.pull"), Shape::with_fields(["batch"]));
        assert!(known.at(&path("$.pull.batch.run")).is_some() && known.at(&path("$.other.field")).is_some());
        assert!(known.at(&path("$.pull.batches")).is_none());
        let either = known.clone().or(Shape::with_fields(["pull"]));
        assert!(either.at(&path("$.pull.batches")).is_some(), "one side does not say");
        let both = known.clone().or(known.put(&path("$.weighed"), Shape::with_fields(["bytes"])));
        assert!(both.at(&path("$.pull.batches")).is_none() && both.at(&path("$.weighed.other")).is_some());
    }
}
