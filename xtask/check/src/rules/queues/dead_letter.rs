use super::redrive::dead_letter;
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{QUEUE, Source, mappings, same};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "queue-dead-letter",
    severity: Severity::Error,
    says: "A message that always fails is tried again until it expires, and is then lost without a trace",
    fix: "Give the queue a RedrivePolicy with a deadLetterTargetArn and a maxReceiveCount",
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
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Jobs.Arn
      FunctionName: !Ref Work
      FunctionResponseTypes: [ReportBatchItemFailures]
",
    failing: "
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: !Ref Work}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    // A queue behind another one is the last: somebody looks at what comes there, also where a function reads it.
    let last: Vec<&Resource> = world.of_kind(QUEUE).filter_map(|queue| dead_letter(world, queue)).collect();
    for queue in mappings(world, Source::Queue).iter().filter_map(|mapping| mapping.source) {
        let policy = queue.get("RedrivePolicy");
        let target = policy.get("deadLetterTargetArn");
        if policy.is_unknown() || target.is_unknown() {
            findings.unknown(queue, "the queue behind it");
        } else if dead_letter(world, queue).is_some_and(|behind| same(behind, queue)) {
            findings.at(queue, queue.get("RedrivePolicy"), "the queue behind it is the queue itself");
        } else if target.is_missing() && !last.iter().any(|behind| same(behind, queue)) {
            findings.on(queue, "a function reads this queue, and there is no dead-letter queue behind it");
        }
    }
}
