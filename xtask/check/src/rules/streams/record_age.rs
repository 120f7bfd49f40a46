use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{Source, mappings};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "stream-record-age",
    severity: Severity::Error,
    says: "After an outage the function works through old records first, until they expire in the stream unprocessed \
           and untold",
    fix: "Set MaximumRecordAgeInSeconds to less than the stream keeps records, which for a table is always 24 hours",
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
      BisectBatchOnFunctionError: true
      MaximumRetryAttempts: 10
      FunctionResponseTypes: [ReportBatchItemFailures]
      DestinationConfig: {OnFailure: {Destination: arn:aws:sqs:eu-west-1:111111111111:failures}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for mapping in mappings(world, Source::Stream) {
        let age = mapping.resource.get("MaximumRecordAgeInSeconds");
        if age.is_unknown() {
            findings.unknown(mapping.resource, "MaximumRecordAgeInSeconds");
        } else if age.number().is_none_or(|age| age < 0.0) {
            findings.at(mapping.resource, age, "a record is never too old to be tried again");
        }
    }
}
