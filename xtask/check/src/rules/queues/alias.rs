use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{Source, alias_of, mappings};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "mapping-alias",
    severity: Severity::Error,
    says: "The mapping calls $LATEST, so that new code takes all messages at once and rolling the alias back changes \
           nothing",
    fix: "Let FunctionName of the mapping be the function's alias",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  V1: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Work}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Work, FunctionVersion: !GetAtt V1.Version, Name: live}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111111111111:jobs
      FunctionName: !Ref Live
      FunctionResponseTypes: [ReportBatchItemFailures]
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  V1: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Work}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Work, FunctionVersion: !GetAtt V1.Version, Name: live}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: 'arn:aws:sqs:eu-west-1:111111111111:jobs', FunctionName: !GetAtt Work.Arn}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let all = mappings(world, Source::Queue).into_iter().chain(mappings(world, Source::Stream));
    for mapping in all {
        let Some(called) = mapping.callee.filter(|callee| callee.by.is_none()) else { continue };
        if let Some(alias) = alias_of(world, called.function) {
            let message = format!("it calls {} itself, which has the alias {}", called.function.id, alias.id);
            findings.at(mapping.resource, mapping.resource.get("FunctionName"), message);
        }
    }
}
