use super::permission::{asked, needs};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::grants::{access, role_of};
use crate::rules::shared::{Source, mappings, same};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "mapping-policy-order",
    severity: Severity::Error,
    says: "The mapping is created at the same time as the policy that allows it to read, and by chance too early: \
           the stack is rolled back",
    fix: "Name the policy in the mapping's DependsOn, or write it into the role",
    link: Some("https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html"),
    check,
    passing: "
Resources:
  Role: {Type: AWS::IAM::Role}
  Read:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: read
      Roles: [!Ref Role]
      PolicyDocument:
        Statement: [{Effect: Allow, Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
                     Resource: 'arn:aws:sqs:eu-west-1:111111111111:jobs'}]
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5, Role: !GetAtt Role.Arn}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    DependsOn: Read
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111111111111:jobs
      FunctionName: !Ref Work
      FunctionResponseTypes: [ReportBatchItemFailures]
",
    failing: "
Resources:
  Role: {Type: AWS::IAM::Role}
  Read:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: read
      Roles: [!Ref Role]
      PolicyDocument:
        Statement: [{Effect: Allow, Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
                     Resource: 'arn:aws:sqs:eu-west-1:111111111111:jobs'}]
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5, Role: !GetAtt Role.Arn}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: 'arn:aws:sqs:eu-west-1:111111111111:jobs', FunctionName: !Ref Work}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let all = mappings(world, Source::Queue).into_iter().chain(mappings(world, Source::Stream));
    for mapping in all {
        let (Some(function), arns) = (mapping.function(), asked(world, &mapping)) else { continue };
        let Some(role) = role_of(world, function, "Role") else { continue };
        let access = access(world, role);
        for action in needs(&mapping) {
            let mut policies =
                arns.iter().flat_map(|arn| access.allowing(action, arn)).map(|grant| grant.by).peekable();
            let first = policies.peek().copied();
            let early = !policies.any(|policy| same(policy, role) || world.is_made_after(mapping.resource, policy));
            if let Some(policy) = first.filter(|_| early) {
                findings
                    .on(mapping.resource, format!("nothing makes it wait for {}, which allows {action}", policy.id));
                break;
            }
        }
    }
}
