//! What a rule is.

use crate::diagnostic::{Diagnostic, Severity};
use crate::node::{Node, Place};
use crate::spoken::spoken;
use crate::world::{Resource, World};

/// One fault that is looked for.
pub struct Rule {
    /// Short, stable, in lower case: `queue-visibility`.
    pub id: &'static str,
    pub severity: Severity,
    /// One sentence: what will go wrong in production.
    pub says: &'static str,
    pub fix: &'static str,
    /// The page of AWS's documentation that tells of it, where there is one.
    pub link: Option<&'static str>,
    pub check: fn(&World, &mut Findings<'_>),
    /// A template that it passes, and one in which it finds something.
    pub passing: &'static str,
    pub failing: &'static str,
}

/// Takes in what one rule finds.
pub struct Findings<'a> {
    rule: &'a Rule,
    into: &'a mut Vec<Diagnostic>,
    /// What could not be judged, because a value cannot be known.
    unknown: &'a mut Vec<String>,
}

impl<'a> Findings<'a> {
    pub fn new(rule: &'a Rule, into: &'a mut Vec<Diagnostic>, unknown: &'a mut Vec<String>) -> Self {
        Self { rule, into, unknown }
    }

    /// At a value of a resource; where the value is missing, at the resource itself.
    pub fn at(&mut self, resource: &Resource, node: &Node, message: impl Into<String>) {
        let place = if node.place == Place::default() { resource.place } else { node.place };
        self.put(&resource.file, place, Some(&resource.id), &message.into());
    }

    pub fn on(&mut self, resource: &Resource, message: impl Into<String>) {
        self.put(&resource.file, resource.place, Some(&resource.id), &message.into());
    }

    /// At something that is no resource, such as an output.
    pub fn in_file(&mut self, file: &str, place: Place, message: impl Into<String>) {
        self.put(file, place, None, &message.into());
    }

    /// Says that something could not be judged, for `--verbose`.
    pub fn unknown(&mut self, resource: &Resource, what: &str) {
        self.unknown.push(format!("{}: {}: {}: {what} cannot be known", self.rule.id, resource.file, resource.id));
    }

    /// The same of something that is no resource.
    pub fn unknown_in(&mut self, file: &str, what: &str) {
        self.unknown.push(format!("{}: {file}: {what} cannot be known", self.rule.id));
    }

    fn put(&mut self, file: &str, place: Place, resource: Option<&str>, message: &str) {
        self.into.push(Diagnostic {
            rule: self.rule.id.to_owned(),
            severity: self.rule.severity,
            file: file.to_owned(),
            place,
            resource: resource.map(str::to_owned),
            message: spoken(message),
            fix: self.rule.fix.to_owned(),
        });
    }
}

/// Every rule over a world.
pub fn judge(world: &World, rules: &[&Rule]) -> (Vec<Diagnostic>, Vec<String>) {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for rule in rules {
        (rule.check)(world, &mut Findings::new(rule, &mut found, &mut unknown));
    }
    for stack in &world.stacks {
        for transform in stack.root.get("Transform").items().iter().filter_map(Node::text) {
            unknown.push(format!("{}: what the transform {transform} makes of it is not in the template", stack.file));
        }
    }
    found.sort_by(|a, b| (&a.file, a.place, &a.rule, &a.message).cmp(&(&b.file, b.place, &b.rule, &b.message)));
    found.dedup();
    (found, unknown)
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::rules::tests::world;

    #[test]
    fn what_a_transform_makes_is_said_to_be_unknown() {
        let (found, unknown) = judge(&world("Transform: AWS::Serverless-2016-10-31\nResources: {}"), &[]);
        assert_eq!(found, []);
        let told = "fixture.yaml: what the transform AWS::Serverless-2016-10-31 makes of it is not in the template";
        assert_eq!(unknown, [told]);
    }
}
