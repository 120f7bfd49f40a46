use std::collections::BTreeMap;

use crate::arn::naming_of;
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "name-twice",
    severity: Severity::Error,
    says: "The second resource of a name cannot be made, since names are unique in an account and region",
    fix: "Put the stage's and the stack's name into the resource's, or leave the name out",
    link: Some("https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html"),
    check,
    passing: "
Resources:
  One: {Type: 'AWS::SNS::Topic', Properties: {TopicName: one}}
  Two: {Type: 'AWS::SNS::Topic', Properties: {TopicName: two}}
",
    failing: "
Resources:
  One: {Type: 'AWS::SNS::Topic', Properties: {TopicName: same}}
  Two: {Type: 'AWS::SNS::Topic', Properties: {TopicName: same}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let mut taken = BTreeMap::new();
    for resource in world.resources().filter(|resource| !resource.conditional) {
        let Some(naming) = naming_of(&resource.kind).filter(|naming| !naming.name.is_empty()) else { continue };
        let Some(name) = resource.text(naming.name) else { continue };
        if let Some((stack, id)) = taken.insert((&resource.kind, name), (&resource.stack, &resource.id)) {
            findings.at(resource, resource.get(naming.name), format!("{name} is the name of {id} in {stack} already"));
        }
    }
}
