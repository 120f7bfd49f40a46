use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "import-order",
    severity: Severity::Error,
    says: "Stacks that import from each other in a circle can never be deployed for the first time",
    fix: "Move what both need into a stack that imports from neither",
    link: Some("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"),
    check,
    passing: super::import_unknown::RULE.passing,
    failing: "
Resources:
  Jobs: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !ImportValue jobs}}
Outputs:
  Jobs: {Value: !Ref Jobs, Export: {Name: jobs}}
",
};

/// The names of the stacks whose exports a stack imports.
fn imported_from(world: &World, stack: usize) -> Vec<usize> {
    let exporter = |name: &str| {
        world.stacks.iter().position(|other| other.outputs.iter().any(|output| output.export.as_deref() == Some(name)))
    };
    world.stacks[stack].imports.iter().filter_map(|(name, _)| exporter(name)).collect()
}

fn check(world: &World, findings: &mut Findings<'_>) {
    for (start, stack) in world.stacks.iter().enumerate() {
        let mut seen = vec![false; world.stacks.len()];
        let mut todo = imported_from(world, start);
        while let Some(at) = todo.pop() {
            if at == start {
                let place = stack.imports.first().map(|(_, place)| *place).unwrap_or_default();
                findings.in_file(&stack.file, place, format!("{} needs what needs it first", stack.name));
                break;
            }
            if !std::mem::replace(&mut seen[at], true) {
                todo.extend(imported_from(world, at));
            }
        }
    }
}
