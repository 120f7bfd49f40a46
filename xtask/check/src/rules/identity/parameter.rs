use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
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
    let mut found = None;
    value.walk(&mut |node| {
        let of_sub = node.get("Fn::Sub").items().first().and_then(Node::text).unwrap_or_default();
        let named = of_sub.split("${").skip(1).filter_map(|rest| rest.split('}').next());
        for name in node.get("Ref").text().into_iter().chain(named) {
            let parameter = stack.root.get("Parameters").get(name);
            let free = parameter.get("Type").text() == Some("String")
                && parameter.get("AllowedPattern").is_missing()
                && parameter.get("AllowedValues").is_missing();
            if free && found.is_none() {
                found = Some(name.to_owned());
            }
        }
    });
    found
}
