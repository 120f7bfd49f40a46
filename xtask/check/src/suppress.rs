//! Findings that somebody has looked at and accepts: named by rule and resource, with a reason.

use crate::diagnostic::{Diagnostic, Severity};
use crate::node::{Node, Place};
use crate::world::World;

/// One acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    pub rule: String,
    /// The logical id; none means the template as a whole.
    pub resource: Option<String>,
    pub reason: String,
    pub file: String,
    pub place: Place,
}

/// The suppressions in the templates' own metadata: `Metadata: {Millrace: {Suppress: [{rule, reason}]}}` at a resource, with
/// `resource` also at the template.
pub fn in_templates(world: &World) -> Vec<Suppression> {
    let mut found = Vec::new();
    for stack in &world.stacks {
        for item in stack.root.at("Metadata.Millrace.Suppress").items() {
            found.push(read(item, item.get("resource").text(), &stack.file));
        }
        for resource in &stack.resources {
            for item in resource.written.at("Metadata.Millrace.Suppress").items() {
                found.push(read(item, Some(&resource.id), &stack.file));
            }
        }
    }
    found
}

fn read(item: &Node, resource: Option<&str>, file: &str) -> Suppression {
    let text = |key: &str| item.get(key).text().unwrap_or_default().trim().to_owned();
    Suppression {
        rule: text("rule"),
        resource: resource.map(str::to_owned),
        reason: text("reason"),
        file: file.to_owned(),
        place: item.place,
    }
}

/// Takes out what is accepted, and tells of acceptances that have no reason or nothing to accept.
pub fn apply(found: Vec<Diagnostic>, suppressions: &[Suppression]) -> Vec<Diagnostic> {
    let mut used = vec![false; suppressions.len()];
    let mut left: Vec<_> = found
        .into_iter()
        .filter(|diagnostic| {
            let at = suppressions.iter().position(|suppression| suppression.accepts(diagnostic));
            at.inspect(|at| used[*at] = true).is_none()
        })
        .collect();
    for (suppression, used) in suppressions.iter().zip(used) {
        let Suppression { rule, resource, reason, file, place } = suppression;
        let told = |severity, message: String, fix: &str| Diagnostic {
            rule: "suppression".to_owned(),
            severity,
            file: file.clone(),
            place: *place,
            resource: resource.clone(),
            message,
            fix: fix.to_owned(),
        };
        if reason.is_empty() || rule.is_empty() {
            let message = "a suppression names a rule and gives a reason".to_owned();
            left.push(told(Severity::Error, message, "write {rule: ID, reason: why it is right here}"));
        } else if !used {
            let message = format!("nothing here breaks the rule {rule} any more");
            left.push(told(Severity::Warning, message, "take the suppression out"));
        }
    }
    left
}

impl Suppression {
    fn accepts(&self, diagnostic: &Diagnostic) -> bool {
        !self.reason.is_empty()
            && self.rule == diagnostic.rule
            && self.resource.as_ref().is_none_or(|id| diagnostic.resource.as_ref() == Some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(rule: &str, resource: &str) -> Diagnostic {
        Diagnostic {
            rule: rule.to_owned(),
            severity: Severity::Error,
            file: "a.yaml".to_owned(),
            place: Place { line: 1, column: 1 },
            resource: Some(resource.to_owned()),
            message: "wrong".to_owned(),
            fix: "mend it".to_owned(),
        }
    }

    fn suppression(rule: &str, resource: Option<&str>, reason: &str) -> Suppression {
        Suppression {
            rule: rule.to_owned(),
            resource: resource.map(str::to_owned),
            reason: reason.to_owned(),
            file: "a.yaml".to_owned(),
            place: Place { line: 9, column: 1 },
        }
    }

    #[test]
    fn only_what_is_named_is_accepted_and_what_accepts_nothing_is_told() {
        let found = vec![diagnostic("r", "A"), diagnostic("r", "B"), diagnostic("s", "A")];
        let left = apply(found, &[suppression("r", Some("A"), "known"), suppression("t", None, "old")]);
        let told: Vec<_> = left.iter().map(|d| (d.rule.as_str(), d.resource.as_deref(), d.severity)).collect();
        assert_eq!(
            told,
            [
                ("r", Some("B"), Severity::Error),
                ("s", Some("A"), Severity::Error),
                ("suppression", None, Severity::Warning)
            ]
        );
        let left = apply(vec![diagnostic("r", "A")], &[suppression("r", None, "")]);
        assert_eq!(left.len(), 2, "without a reason nothing is accepted: {left:?}");
    }
}
