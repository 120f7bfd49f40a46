use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "import-unknown",
    severity: Severity::Error,
    says: "A stack that imports what no stack exports cannot be deployed; of templates alone (--template) it is only said \
           that some other stack has to export it",
    fix: "Export the value from a stack that is deployed earlier, or correct the name",
    link: Some("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"),
    check,
    passing: "
Resources:
  Jobs: {Type: 'AWS::SQS::Queue', DeletionPolicy: Delete, UpdateReplacePolicy: Delete}
Outputs:
  Jobs: {Value: !Ref Jobs, Export: {Name: jobs}}
",
    failing: "
Resources:
  Forward: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !ImportValue nowhere}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let exported = |name: &str| world.stacks.iter().flat_map(|s| &s.outputs).any(|o| o.export.as_deref() == Some(name));
    for stack in &world.stacks {
        for (name, place) in stack.imports.iter().filter(|(name, _)| !exported(name)) {
            if world.is_whole {
                findings.in_file(&stack.file, *place, format!("no stack exports {name}"));
            } else {
                findings.unknown_in(&stack.file, &format!("whether some other stack exports {name}"));
            }
        }
    }
}
