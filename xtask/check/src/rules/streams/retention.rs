use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{STREAM, Source, TABLE, mappings, number_or};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "stream-retention",
    severity: Severity::Error,
    says: "A record expires in the stream while it is still tried, so that it never reaches the failure destination",
    fix: "Keep records longer than MaximumRecordAgeInSeconds: raise RetentionPeriodHours of a Kinesis stream; a table's always \
          keeps 24 hours, so lower the age there",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html"),
    check,
    passing: "
Resources:
  Events: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1, RetentionPeriodHours: 48}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Events.Arn
      FunctionName: work
      StartingPosition: LATEST
      BisectBatchOnFunctionError: true
      MaximumRetryAttempts: 10
      MaximumRecordAgeInSeconds: 86400
      FunctionResponseTypes: [ReportBatchItemFailures]
      DestinationConfig: {OnFailure: {Destination: arn:aws:sqs:eu-west-1:111111111111:failures}}
",
    failing: "
Resources:
  Events: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1, RetentionPeriodHours: 24}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Events.Arn
      FunctionName: work
      StartingPosition: LATEST
      BisectBatchOnFunctionError: true
      MaximumRetryAttempts: 10
      MaximumRecordAgeInSeconds: 86400
      FunctionResponseTypes: [ReportBatchItemFailures]
      DestinationConfig: {OnFailure: {Destination: arn:aws:sqs:eu-west-1:111111111111:failures}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for mapping in mappings(world, Source::Stream) {
        let age = mapping.resource.get("MaximumRecordAgeInSeconds");
        let hours = match mapping.source {
            Some(stream) if stream.kind == STREAM => number_or(stream.get("RetentionPeriodHours"), 24.0),
            // A table's stream keeps a day.
            Some(table) if table.kind == TABLE => Some(24.0),
            _ => None,
        };
        let Some(hours) = hours.filter(|_| !age.is_unknown()) else {
            findings.unknown(mapping.resource, "how long its stream keeps records, or how long they are tried");
            continue;
        };
        if let Some(age_at_most) = age.number().filter(|age| *age >= hours * 3600.0) {
            let message = format!(
                "a record is tried until it is {age_at_most} s old, and the stream keeps it {} s",
                hours * 3600.0
            );
            findings.at(mapping.resource, age, message);
        }
    }
}
