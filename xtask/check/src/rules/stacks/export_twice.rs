use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "export-twice",
    severity: Severity::Error,
    says: "The second stack that exports a name fails, since names of exports are unique in a region",
    fix: "Put the stack's name into the export's: !Sub '${AWS::StackName}:Name'",
    link: Some("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"),
    check,
    passing: super::import_unknown::RULE.passing,
    failing: "
Resources:
  Jobs: {Type: 'AWS::SQS::Queue', DeletionPolicy: Delete, UpdateReplacePolicy: Delete}
Outputs:
  Jobs: {Value: !Ref Jobs, Export: {Name: jobs}}
  Again: {Value: !GetAtt Jobs.Arn, Export: {Name: jobs}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let mut first = BTreeMap::new();
    for stack in &world.stacks {
        for output in &stack.outputs {
            let Some(name) = &output.export else { continue };
            if let Some(other) = first.insert(name.clone(), &stack.name) {
                findings.in_file(&stack.file, output.place, format!("{name} is exported by {other} already"));
            }
        }
    }
}
