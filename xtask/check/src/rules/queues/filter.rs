use crate::diagnostic::Severity;
use crate::parse::parse;
use crate::rule::{Findings, Rule};
use crate::rules::pattern::{Dialect, faults};
use crate::rules::shared::{Source, mappings};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "mapping-filter",
    severity: Severity::Error,
    says: "The filter lets nothing through: messages of a queue are deleted unseen, records of a stream are skipped",
    fix: "Write each pattern as JSON whose leaves are lists, over fields that the source's records have",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html"),
    check,
    passing: "
Resources:
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111111111111:jobs
      FunctionName: work
      FunctionResponseTypes: [ReportBatchItemFailures]
      FilterCriteria: {Filters: [{Pattern: '{\"body\": {\"kind\": [\"order\"], \"total\": [{\"numeric\": [\">\", 0]}]}}'}]}
",
    failing: "
Resources:
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111111111111:jobs
      FunctionName: work
      FilterCriteria: {Filters: [{Pattern: '{\"body\": {\"kind\": \"order\"}}'}]}
",
};

const OF_QUEUES: [&str; 9] = [
    "messageId",
    "receiptHandle",
    "body",
    "attributes",
    "messageAttributes",
    "md5OfBody",
    "eventSource",
    "eventSourceARN",
    "awsRegion",
];
const OF_STREAMS: [&str; 14] = [
    "data",
    "kinesisSchemaVersion",
    "partitionKey",
    "sequenceNumber",
    "approximateArrivalTimestamp",
    "kinesis",
    "dynamodb",
    "eventID",
    "eventName",
    "eventVersion",
    "eventSource",
    "eventSourceARN",
    "awsRegion",
    "userIdentity",
];

fn check(world: &World, findings: &mut Findings<'_>) {
    for (source, fields) in [(Source::Queue, &OF_QUEUES[..]), (Source::Stream, &OF_STREAMS[..])] {
        for mapping in mappings(world, source) {
            for filter in mapping.resource.get("FilterCriteria.Filters").items() {
                let written = filter.get("Pattern");
                let Some(text) = written.text() else {
                    if written.is_unknown() || filter.is_unknown() {
                        findings.unknown(mapping.resource, "a filter's pattern");
                    } else {
                        findings.at(mapping.resource, written, "a pattern is a text with JSON in it");
                    }
                    continue;
                };
                if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
                    findings.at(mapping.resource, written, format!("the pattern is no JSON: {error}"));
                    continue;
                }
                match parse(text) {
                    Err(fault) => findings.at(mapping.resource, written, format!("in the pattern, {}", fault.what)),
                    Ok(pattern) => {
                        for fault in faults(&pattern, Dialect::Filter, Some(fields)) {
                            findings.at(mapping.resource, written, fault.what);
                        }
                    }
                }
            }
        }
    }
}
