//! Conditions of a statement.

use std::collections::BTreeMap;

use crate::iam::fits;
use crate::node::Node;

/// One key under one operator.
#[derive(Debug, Clone)]
pub struct Condition {
    operator: String,
    pub key: String,
    pub values: Vec<String>,
    /// Whether a value of it cannot be known.
    pub is_open: bool,
}

impl Condition {
    pub fn read_all(node: &Node) -> Vec<Self> {
        let mut all = Vec::new();
        for operator in node.entries() {
            for key in operator.value.entries() {
                all.push(Self {
                    operator: operator.key.clone(),
                    key: key.key.clone(),
                    values: key.value.items().iter().filter_map(Node::text).map(str::to_owned).collect(),
                    is_open: key.value.items().iter().any(Node::is_unknown),
                });
            }
        }
        all
    }

    /// Keys are known whatever their case.
    pub fn is_for(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }

    /// Whether a request without the key fails it.
    pub fn needs_key(&self) -> bool {
        let (operator, if_exists) = self.plain();
        !if_exists && !operator.contains("Not") && operator != "Null" && !self.operator.starts_with("ForAllValues:")
    }

    fn plain(&self) -> (&str, bool) {
        let name = self.operator.rsplit(':').next().unwrap_or(&self.operator);
        match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        }
    }

    /// Whether it holds for what is known of a request; keys of the context are in lower case.
    pub fn holds(&self, context: &BTreeMap<String, String>) -> bool {
        let (operator, if_exists) = self.plain();
        let given = context.get(&self.key.to_lowercase());
        if operator == "Null" {
            let absent = self.values.iter().any(|value| value == "true");
            return given.is_none() == absent;
        }
        let Some(given) = given else {
            return if_exists || operator.contains("Not") || self.operator.starts_with("ForAllValues:");
        };
        let any = |fits: &dyn Fn(&str) -> bool| self.values.iter().any(|value| fits(value));
        let number = |text: &str| text.parse::<f64>().ok();
        let compared = |holds: fn(f64, f64) -> bool| {
            any(&|value| number(given).zip(number(value)).is_some_and(|(given, value)| holds(given, value)))
        };
        match operator {
            "StringEquals" => any(&|value| value == given),
            "StringNotEquals" => !any(&|value| value == given),
            "StringEqualsIgnoreCase" | "Bool" => any(&|value| value.eq_ignore_ascii_case(given)),
            "StringNotEqualsIgnoreCase" => !any(&|value| value.eq_ignore_ascii_case(given)),
            "StringLike" | "ArnLike" | "ArnEquals" => any(&|value| fits(value, given)),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => !any(&|value| fits(value, given)),
            "NumericEquals" => compared(|given, value| given.total_cmp(&value).is_eq()),
            "NumericNotEquals" => !compared(|given, value| given.total_cmp(&value).is_eq()),
            "NumericLessThan" => compared(|given, value| given < value),
            "NumericLessThanEquals" => compared(|given, value| given <= value),
            "NumericGreaterThan" => compared(|given, value| given > value),
            "NumericGreaterThanEquals" => compared(|given, value| given >= value),
            // Dates and addresses: what is not understood does not hold, so that nothing is taken to be allowed by it.
            _ => false,
        }
    }
}
