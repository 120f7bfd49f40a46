use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{FUNCTION, STREAM, Source, mappings, number_or, same};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "stream-concurrency",
    severity: Severity::Error,
    says: "Shards wait for each other, since the function may not run for all of them at once, and records grow old \
           under load",
    fix: "Reserve at least as much concurrency as ParallelizationFactor times the shards of all streams that it reads",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html"),
    check,
    passing: "
Resources:
  Events: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 4, RetentionPeriodHours: 48}}
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 60, ReservedConcurrentExecutions: 20}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      ParallelizationFactor: 5
      EventSourceArn: !GetAtt Events.Arn
      FunctionName: !Ref Work
      StartingPosition: LATEST
      BisectBatchOnFunctionError: true
      MaximumRetryAttempts: 10
      MaximumRecordAgeInSeconds: 3600
      FunctionResponseTypes: [ReportBatchItemFailures]
      DestinationConfig: {OnFailure: {Destination: arn:aws:sqs:eu-west-1:111111111111:failures}}
",
    failing: "
Resources:
  Events: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 4, RetentionPeriodHours: 48}}
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 60, ReservedConcurrentExecutions: 20}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      ParallelizationFactor: 10
      EventSourceArn: !GetAtt Events.Arn
      FunctionName: !Ref Work
      StartingPosition: LATEST
      BisectBatchOnFunctionError: true
      MaximumRetryAttempts: 10
      MaximumRecordAgeInSeconds: 3600
      FunctionResponseTypes: [ReportBatchItemFailures]
      DestinationConfig: {OnFailure: {Destination: arn:aws:sqs:eu-west-1:111111111111:failures}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let all = mappings(world, Source::Stream);
    for function in world.of_kind(FUNCTION) {
        let reserved = function.get("ReservedConcurrentExecutions");
        let Some(may) = reserved.number() else { continue };
        let (mut sum, mut parts) = (0.0, Vec::new());
        for mapping in all.iter().filter(|mapping| mapping.function().is_some_and(|called| same(called, function))) {
            let stream = mapping.source.filter(|source| source.kind == STREAM);
            let shards = stream.and_then(|stream| stream.number("ShardCount"));
            let factor = number_or(mapping.resource.get("ParallelizationFactor"), 1.0);
            let (Some(stream), Some(shards), Some(factor)) = (stream, shards, factor) else {
                findings.unknown(mapping.resource, "how many shards it reads at once");
                continue;
            };
            sum += shards * factor;
            parts.push(format!("{shards} shards of {} × {factor}", stream.id));
        }
        if sum > may {
            let parts = parts.join(" + ");
            findings.at(function, reserved, format!("it may run {may} times at once, and {parts} = {sum} are needed"));
        }
    }
}
