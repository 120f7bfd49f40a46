use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::shared::parameters_in;
use crate::world::{Stack, World};

pub(super) static RULE: Rule = Rule {
    id: "policy-parameter",
    severity: Severity::Warning,
    says: "Whoever deploys the stack can widen the policy by the value of a parameter, such as *",
    fix: "Give the parameter an AllowedPattern or AllowedValues that no wildcard fits",
    link: Some("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html"),
    check,
    passing: "
Parameters:
  Table: {Type: String, AllowedPattern: '[a-z-]+'}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: 'dynamodb:GetItem', Resource: !Sub 'arn:aws:dynamodb:eu-west-1:1:table/${Table}'}
",
    failing: "
Parameters:
  Table: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: 'dynamodb:GetItem', Resource: !Sub 'arn:aws:dynamodb:eu-west-1:1:table/${Table}'}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for stack in &world.stacks {
        for resource in &stack.resources {
            resource.written.walk(&mut |node| {
                let allows = node.get("Effect").text() == Some("Allow");
                for part in ["Resource", "Principal", "Action"].into_iter().filter(|_| allows) {
                    let value = node.get(part);
                    if let Some(parameter) = open_parameter(stack, value) {
                        findings.at(resource, value, format!("{part} is whatever the parameter {parameter} says"));
                    }
                }
            });
        }
    }
}

/// A parameter of free text in a value.
fn open_parameter(stack: &Stack, value: &Node) -> Option<String> {
    let is_free = |name: &&str| {
        let parameter = stack.root.get("Parameters").get(name);
        parameter.get("Type").text() == Some("String")
            && parameter.get("AllowedPattern").is_missing()
            && parameter.get("AllowedValues").is_missing()
    };
    parameters_in(value).into_iter().find(is_free).map(str::to_owned)
}
