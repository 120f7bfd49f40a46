//! Event patterns: whether something can fit them.

use crate::node::{Entry, Kind, Node, Place};

/// Who reads the pattern: Lambda's filters know less than EventBridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Filter,
    EventBridge,
}

#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) what: String,
}

/// What is wrong with a pattern, whose outermost fields are of a known set where that is given.
pub(super) fn faults(pattern: &Node, dialect: Dialect, fields: Option<&[&str]>) -> Vec<Fault> {
    let mut faults = Faults { dialect, all: Vec::new() };
    faults.fields(pattern, "", fields);
    faults.all
}

struct Faults {
    dialect: Dialect,
    all: Vec<Fault>,
}

impl Faults {
    fn put(&mut self, node: &Node, what: String) {
        self.all.push(Fault { place: node.place, what });
    }

    fn fields(&mut self, node: &Node, path: &str, known: Option<&[&str]>) {
        if let Kind::Map(entries) = &node.kind
            && entries.is_empty()
        {
            self.put(node, format!("{} names no field", if path.is_empty() { "the pattern" } else { path }));
        }
        for Entry { key, value, .. } in node.entries() {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            if key == "$or" {
                value.items().iter().for_each(|one| self.fields(one, "", known));
                continue;
            }
            if known.is_some_and(|known| !known.contains(&key.as_str())) {
                self.put(value, format!("no record has the field {path}"));
            }
            match &value.kind {
                Kind::Map(_) => self.fields(value, &path, None),
                Kind::List(leaves) if leaves.is_empty() => self.put(value, format!("{path} allows no value at all")),
                Kind::List(leaves) => leaves.iter().for_each(|leaf| self.leaf(leaf, &path)),
                Kind::Unknown(_) => {}
                _ => self
                    .put(value, format!("{path} is {value}, and the values of a pattern stand in a list: [{value}]")),
            }
        }
    }

    fn leaf(&mut self, leaf: &Node, path: &str) {
        if let Kind::List(_) = leaf.kind {
            return self.put(leaf, format!("{path} has a list within its list"));
        }
        for Entry { key, value, .. } in leaf.entries() {
            if value.is_unknown() {
                continue;
            }
            let only_here = matches!(key.as_str(), "wildcard" | "cidr");
            let wrong = match (key.as_str(), &value.kind) {
                (operator, _) if only_here && self.dialect == Dialect::Filter => {
                    Some(format!("Lambda's filters do not know {operator}"))
                }
                // `{"prefix": {"equals-ignore-case": "a"}}`
                ("exists", Kind::Bool(_)) | ("prefix" | "suffix", Kind::Map(_)) => None,
                ("exists", _) => Some("exists is true or false".to_owned()),
                ("numeric", _) => numeric(value),
                ("prefix" | "suffix" | "equals-ignore-case" | "wildcard" | "cidr", Kind::Text(text)) => {
                    wording(key, text)
                }
                ("anything-but", Kind::List(items)) if items.is_empty() => {
                    Some("anything-but names nothing".to_owned())
                }
                ("anything-but", Kind::Null | Kind::Bool(_)) => Some("anything-but takes texts and numbers".to_owned()),
                ("anything-but", _) => None,
                (known @ ("prefix" | "suffix" | "equals-ignore-case" | "wildcard" | "cidr"), _) => {
                    Some(format!("{known} takes a text, not {value}"))
                }
                (other, _) => Some(format!("{other} is no operator, and a leaf holds values and operators only")),
            };
            if let Some(wrong) = wrong {
                self.put(value, format!("{path}: {wrong}"));
            }
        }
    }
}

fn wording(operator: &str, text: &str) -> Option<String> {
    match operator {
        "wildcard" if text.contains("**") => Some("a wildcard has no two stars side by side".to_owned()),
        "cidr" if !text.contains('/') => Some(format!("{text:?} is no range of addresses")),
        _ => None,
    }
}

/// `["=", 5]`, `[">", 0, "<=", 10]`.
fn numeric(value: &Node) -> Option<String> {
    let (mut least, mut most) = ((f64::NEG_INFINITY, false), (f64::INFINITY, false));
    let items = value.items();
    if items.is_empty() || items.len() % 2 == 1 || items.len() > 4 {
        return Some(format!("numeric takes one or two pairs of a comparison and a number, not {value}"));
    }
    for pair in items.chunks(2) {
        let Kind::Number(number, _) = pair[1].kind else {
            return Some(format!("numeric compares with a number, not with {}", pair[1]));
        };
        match pair[0].text() {
            Some("=") => (least, most) = ((number, true), (number, true)),
            Some(">") => least = (number, false),
            Some(">=") => least = (number, true),
            Some("<") => most = (number, false),
            Some("<=") => most = (number, true),
            _ => return Some(format!("numeric does not know the comparison {}", pair[0])),
        }
    }
    let nothing = least.0 > most.0 || (least.0 - most.0 == 0.0 && !(least.1 && most.1));
    nothing.then(|| format!("no number is {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    fn wrong(text: &str) -> Vec<String> {
        let pattern = parse(text).unwrap();
        faults(&pattern, Dialect::EventBridge, None).into_iter().map(|fault| fault.what).collect()
    }

    #[test]
    fn a_pattern_that_can_match_is_left_alone() {
        for pattern in [
            r#"{"source": ["aws.s3"], "detail": {"object": {"key": [{"prefix": "in/"}, {"suffix": ".csv"}]}}}"#,
            r#"{"a": [null, 1, true, ""], "b": [{"anything-but": ["x"]}, {"anything-but": {"prefix": "y"}}]}"#,
            r#"{"a": [{"numeric": [">", 0, "<=", 5]}], "b": [{"exists": false}], "c": [{"cidr": "10.0.0.0/8"}]}"#,
            r#"{"$or": [{"a": [1]}, {"b": {"c": [2]}}], "d": [{"wildcard": "a*b"}, {"prefix": {"equals-ignore-case": "z"}}]}"#,
            r#"{"a": [{"numeric": [">=", 5, "<=", 5]}]}"#,
        ] {
            assert_eq!(wrong(pattern), Vec::<String>::new(), "{pattern}");
        }
    }

    #[test]
    fn what_cannot_match_is_named() {
        for (pattern, what) in [
            (r#"{"source": "aws.s3"}"#, "list"),
            (r#"{"detail": {"a": {}}}"#, "no field"),
            (r#"{"a": []}"#, "no value"),
            (r#"{"a": [["x"]]}"#, "list within"),
            (r#"{"a": [{"numeric": [">", 5, "<", 5]}]}"#, "no number"),
            (r#"{"a": [{"numeric": [">", "5"]}]}"#, "with a number"),
            (r#"{"a": [{"numeric": ["=="]}]}"#, "pairs"),
            (r#"{"a": [{"exists": "true"}]}"#, "true or false"),
            (r#"{"a": [{"startsWith": "x"}]}"#, "no operator"),
            (r#"{"$or": [{"a": 1}]}"#, "list"),
        ] {
            let wrong = wrong(pattern);
            assert!(wrong.len() == 1 && wrong[0].contains(what), "{pattern}: {wrong:?}");
        }
    }
}
