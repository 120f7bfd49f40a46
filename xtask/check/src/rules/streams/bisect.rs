use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{Source, mappings};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "stream-bisect",
    severity: Severity::Error,
    says: "One bad record fails its whole batch again and again, and the good ones of the batch are lost with it",
    fix: "Set BisectBatchOnFunctionError to true",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html"),
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
      BisectBatchOnFunctionError: false
      MaximumRetryAttempts: 10
      MaximumRecordAgeInSeconds: 3600
      FunctionResponseTypes: [ReportBatchItemFailures]
      DestinationConfig: {OnFailure: {Destination: arn:aws:sqs:eu-west-1:111111111111:failures}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for mapping in mappings(world, Source::Stream) {
        let bisect = mapping.resource.get("BisectBatchOnFunctionError");
        if bisect.is_unknown() {
            findings.unknown(mapping.resource, "BisectBatchOnFunctionError");
        } else if bisect.bool() != Some(true) && mapping.resource.number("BatchSize") != Some(1.0) {
            findings.at(mapping.resource, bisect, "a batch that fails is tried again as a whole");
        }
    }
}
