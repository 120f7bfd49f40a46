use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{Source, mappings};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "stream-failure-destination",
    severity: Severity::Error,
    says: "Records that the function gives up on are skipped, and nobody can tell which they were",
    fix: "Name a queue, topic or bucket in DestinationConfig.OnFailure.Destination",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html"),
    check,
    passing: "
Resources:
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:kinesis:eu-west-1:111111111111:stream/events
      FunctionName: work
      StartingPosition: LATEST
      BisectBatchOnFunctionError: true
      MaximumRetryAttempts: 10
      MaximumRecordAgeInSeconds: 3600
      FunctionResponseTypes: [ReportBatchItemFailures]
      DestinationConfig: {OnFailure: {Destination: arn:aws:sqs:eu-west-1:111111111111:failures}}
",
    failing: "
Resources:
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:kinesis:eu-west-1:111111111111:stream/events
      FunctionName: work
      StartingPosition: LATEST
      BisectBatchOnFunctionError: true
      MaximumRetryAttempts: 10
      MaximumRecordAgeInSeconds: 3600
      FunctionResponseTypes: [ReportBatchItemFailures]
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for mapping in mappings(world, Source::Stream) {
        if mapping.resource.get("DestinationConfig.OnFailure.Destination").is_missing() {
            findings.on(mapping.resource, "nothing takes the records that the function gives up on");
        }
    }
}
