use super::redrive::is_fifo;
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{Source, mappings, number_or};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "queue-batch-window",
    severity: Severity::Error,
    says: "Lambda refuses a batch of more than 10 messages without a batch window, and the stack is rolled back",
    fix: "Set MaximumBatchingWindowInSeconds to 1 at least, or BatchSize to 10 at most; a FIFO queue has no window",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"),
    check,
    passing: "
Parameters: {Queue: {Type: String, Default: 'arn:aws:sqs:eu-west-1:111111111111:jobs'}}
Resources:
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !Ref Queue
      FunctionName: work
      BatchSize: 100
      MaximumBatchingWindowInSeconds: 5
      FunctionResponseTypes: [ReportBatchItemFailures]
",
    failing: "
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: work, BatchSize: 100}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for mapping in mappings(world, Source::Queue) {
        let (size, window) =
            (mapping.resource.get("BatchSize"), mapping.resource.get("MaximumBatchingWindowInSeconds"));
        let (Some(many), Some(seconds)) = (number_or(size, 10.0), number_or(window, 0.0)) else {
            findings.unknown(mapping.resource, "the batch size or window");
            continue;
        };
        if mapping.source.is_some_and(is_fifo) {
            if many > 10.0 {
                findings.at(mapping.resource, size, format!("a FIFO queue gives 10 messages at most, not {many}"));
            }
            if seconds > 0.0 {
                findings.at(mapping.resource, window, "a FIFO queue has no batch window");
            }
        } else if many > 10.0 && seconds < 1.0 {
            findings.at(
                mapping.resource,
                size,
                format!("a batch of {many} messages has no window in which it is gathered"),
            );
        }
    }
}
