//! What CloudFormation takes at all.

use crate::diagnostic::Severity;
use crate::node::{Node, Place};
use crate::rule::{Findings, Rule};
use crate::world::World;

const LINK: Option<&str> =
    Some("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html");

const PASSING: &str = "
Resources:
  Jobs: {Type: 'AWS::SNS::Topic'}
";

/// Too large to be shown; the tests make one.
const TOO_LARGE: &str = "";

const TOP: Place = Place { line: 1, column: 1 };

pub(super) static SIZE: Rule = Rule {
    id: "template-size",
    severity: Severity::Error,
    says: "CloudFormation refuses a template of more than 1 MB, wherever it is stored",
    fix: "Split the stack",
    link: LINK,
    check: |world, findings| {
        for stack in world.stacks.iter().filter(|stack| stack.bytes > 1_000_000) {
            findings.in_file(&stack.file, TOP, format!("the template has {} bytes", stack.bytes));
        }
    },
    passing: PASSING,
    failing: TOO_LARGE,
};

pub(super) static INLINE: Rule = Rule {
    id: "template-inline",
    severity: Severity::Warning,
    says: "A template of more than 51,200 bytes can be deployed only through a bucket",
    fix: "Split the stack, or deploy it with a tool that stores templates in a bucket",
    link: LINK,
    check: |world, findings| {
        // The stacks of a stage are deployed by this tool, which stores them.
        for stack in world.stacks.iter().filter(|stack| stack.bytes > 51_200 && world.stage.is_none()) {
            findings.in_file(&stack.file, TOP, format!("the template has {} bytes", stack.bytes));
        }
    },
    passing: PASSING,
    failing: TOO_LARGE,
};

pub(super) static COUNTS: Rule = Rule {
    id: "template-counts",
    severity: Severity::Error,
    says: "CloudFormation refuses a template with more parts than it takes",
    fix: "Split the stack",
    link: LINK,
    check: counts,
    passing: PASSING,
    failing: TOO_LARGE,
};

pub(super) static PARAMETERS: Rule = Rule {
    id: "parameter-size",
    severity: Severity::Error,
    says: "CloudFormation refuses a parameter's value of more than 4,096 bytes, and a stack's name of more than 128",
    fix: "Put a long value into a parameter store or an object, and pass its name",
    link: LINK,
    check: parameters,
    passing: PASSING,
    failing: TOO_LARGE,
};

fn counts(world: &World, findings: &mut Findings<'_>) {
    for stack in &world.stacks {
        let limits = [("Resources", 500), ("Outputs", 200), ("Parameters", 200), ("Mappings", 200)];
        for (section, most) in limits {
            let count = stack.root.get(section).entries().len();
            if count > most {
                findings.in_file(&stack.file, TOP, format!("{section} has {count} entries, and {most} are the most"));
            }
        }
        let mut dynamic = 0;
        stack.root.walk(&mut |node: &Node| {
            dynamic += node.text().map_or(0, |text| text.matches("{{resolve:").count());
        });
        if dynamic > 60 {
            findings.in_file(&stack.file, TOP, format!("it has {dynamic} dynamic references, and 60 are the most"));
        }
    }
}

fn parameters(world: &World, findings: &mut Findings<'_>) {
    for stack in &world.stacks {
        if stack.name.chars().count() > 128 {
            findings.in_file(&stack.file, TOP, format!("the stack's name has {} characters", stack.name.len()));
        }
        for entry in stack.root.get("Parameters").entries() {
            let bytes = entry.value.get("Default").text().map_or(0, str::len);
            if bytes > 4096 {
                findings.in_file(
                    &stack.file,
                    entry.key_place,
                    format!("the default of {} has {bytes} bytes", entry.key),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arn::Location;
    use crate::parse::parse;
    use crate::rule::judge;
    use crate::world::Source;
    use std::collections::BTreeMap;
    use std::fmt::Write;

    #[test]
    fn what_is_larger_than_cloudformation_takes_is_found() {
        let mut text = format!("Parameters:\n  Long: {{Type: String, Default: '{}'}}\nResources:\n", "x".repeat(5000));
        for number in 0..520 {
            let name = "y".repeat(1900);
            writeln!(text, "  T{number}: {{Type: 'AWS::SNS::Topic', Properties: {{DisplayName: '{name}'}}}}").unwrap();
        }
        let source = Source {
            name: "large".to_owned(),
            file: "large.yaml".to_owned(),
            root: parse(&text).unwrap(),
            bytes: text.len(),
            values: BTreeMap::new(),
        };
        let world = World::of(vec![source], Location::default());
        for rule in [&SIZE, &INLINE, &COUNTS, &PARAMETERS] {
            assert_eq!(judge(&world, &[rule]).0.len(), 1, "{}", rule.id);
        }
    }
}
