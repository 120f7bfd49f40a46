use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{Source, TABLE, mappings};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "stream-start",
    severity: Severity::Error,
    says: "Lambda refuses the mapping, since nothing says where in the stream it begins, and the stack is rolled back",
    fix: "Set StartingPosition to LATEST, TRIM_HORIZON, or AT_TIMESTAMP with StartingPositionTimestamp",
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
      BisectBatchOnFunctionError: true
      MaximumRetryAttempts: 10
      MaximumRecordAgeInSeconds: 3600
      FunctionResponseTypes: [ReportBatchItemFailures]
      DestinationConfig: {OnFailure: {Destination: arn:aws:sqs:eu-west-1:111111111111:failures}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for mapping in mappings(world, Source::Stream) {
        let start = mapping.resource.get("StartingPosition");
        let of_table = mapping.resource.text("EventSourceArn").is_some_and(|arn| arn.starts_with("arn:aws:dynamodb:"))
            || mapping.source.is_some_and(|source| source.kind == TABLE);
        match start.text() {
            None if start.is_unknown() => findings.unknown(mapping.resource, "StartingPosition"),
            None => findings.on(mapping.resource, "nothing says where in the stream it begins"),
            Some("AT_TIMESTAMP") if of_table => {
                findings.at(mapping.resource, start, "a table's stream has no AT_TIMESTAMP");
            }
            Some("AT_TIMESTAMP") if mapping.resource.get("StartingPositionTimestamp").is_missing() => {
                findings.at(mapping.resource, start, "AT_TIMESTAMP goes with a StartingPositionTimestamp");
            }
            Some("LATEST" | "TRIM_HORIZON" | "AT_TIMESTAMP") => {}
            Some(other) => findings.at(mapping.resource, start, format!("there is no starting position {other}")),
        }
    }
}
