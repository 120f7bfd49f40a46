use super::redrive::{dead_letter, is_fifo};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{QUEUE, number_or};
use crate::world::World;

/// Four days.
const DEFAULT: f64 = 345_600.0;

pub(super) static RULE: Rule = Rule {
    id: "queue-dead-letter-retention",
    severity: Severity::Error,
    says: "A failed message keeps the age that it has, and expires in the dead-letter queue before anybody has seen it",
    fix: "Let the dead-letter queue keep messages longer than its source: 1209600 seconds, and less in the source",
    link: Some(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    ),
    check,
    passing: "
Resources:
  Dead: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600}}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
",
    failing: "
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: 345600
      RedrivePolicy: !Sub '{\"deadLetterTargetArn\": \"${Dead.Arn}\", \"maxReceiveCount\": 5}'
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for queue in world.of_kind(QUEUE) {
        let Some(dead) = dead_letter(world, queue) else { continue };
        let kept = dead.get("MessageRetentionPeriod");
        let own = number_or(queue.get("MessageRetentionPeriod"), DEFAULT);
        let (Some(own), Some(behind)) = (own, number_or(kept, DEFAULT)) else {
            findings.unknown(queue, "how long it or the queue behind it keeps messages");
            continue;
        };
        // In a FIFO queue the age begins anew with the move.
        if behind < own || (behind <= own && !is_fifo(queue)) {
            let message =
                format!("it keeps messages for {behind} s, and {}, whose failures it takes, for {own} s", queue.id);
            findings.at(dead, kept, message);
        }
    }
}
