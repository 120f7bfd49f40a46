use super::redrive::{dead_letter, is_fifo};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::QUEUE;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "queue-dead-letter-kind",
    severity: Severity::Error,
    says: "SQS refuses a dead-letter queue of another kind, and the stack is rolled back",
    fix: "Make both queues FIFO queues, or neither",
    link: Some(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    ),
    check,
    passing: "
Resources:
  Dead: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true, MessageRetentionPeriod: 1209600}}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
",
    failing: "
Resources:
  Dead: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600}}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let kind = |fifo| if fifo { "a FIFO queue" } else { "a standard queue" };
    for queue in world.of_kind(QUEUE) {
        let Some(dead) = dead_letter(world, queue) else { continue };
        if queue.get("FifoQueue").is_unknown() || dead.get("FifoQueue").is_unknown() {
            findings.unknown(queue, "whether it or the queue behind it is a FIFO queue");
        } else if is_fifo(queue) != is_fifo(dead) {
            let (own, other) = (kind(is_fifo(queue)), kind(is_fifo(dead)));
            findings.at(
                queue,
                queue.get("RedrivePolicy"),
                format!("it is {own}, and {} behind it is {other}", dead.id),
            );
        }
    }
}
