use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{Source, mappings, reports_failures};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "queue-partial-response",
    severity: Severity::Error,
    says: "One bad message brings back its whole batch: the good ones are processed again, and go to the dead-letter \
           queue with it",
    fix: "Set FunctionResponseTypes to [ReportBatchItemFailures], and let the function say which messages failed",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"),
    check,
    passing: "
Resources:
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111111111111:jobs
      FunctionName: work
      FunctionResponseTypes: [ReportBatchItemFailures]
",
    failing: "
Resources:
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: 'arn:aws:sqs:eu-west-1:111111111111:jobs', FunctionName: work}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for mapping in mappings(world, Source::Queue) {
        if mapping.resource.number("BatchSize") == Some(1.0) {
            continue;
        }
        match reports_failures(mapping.resource) {
            None => findings.unknown(mapping.resource, "FunctionResponseTypes"),
            Some(true) => {}
            Some(false) => findings.on(mapping.resource, "the function cannot tell which messages of a batch failed"),
        }
    }
}
