use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{Source, mappings, reports_failures};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "stream-partial-response",
    severity: Severity::Error,
    says: "A batch that fails in the middle is processed again from its first record, and what was done is done twice",
    fix: "Set FunctionResponseTypes to [ReportBatchItemFailures], and let the function say where it stopped",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html"),
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
      DestinationConfig: {OnFailure: {Destination: arn:aws:sqs:eu-west-1:111111111111:failures}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for mapping in mappings(world, Source::Stream) {
        match reports_failures(mapping.resource) {
            None => findings.unknown(mapping.resource, "FunctionResponseTypes"),
            Some(true) => {}
            Some(false) => {
                findings.on(mapping.resource, "the function cannot tell at which record of a batch it failed");
            }
        }
    }
}
