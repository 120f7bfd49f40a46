use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{Mapping, QUEUE, Source, mappings, same};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "queue-receive-count",
    severity: Severity::Error,
    says: "A message goes to the dead-letter queue after a hiccup, or though the function was only throttled",
    fix: "Set maxReceiveCount to 3 at least, and to 5 at least where the function's concurrency is capped",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"),
    check,
    passing: "
Resources:
  Dead: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600}}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}
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
  Dead: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600}}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 4}}
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5, ReservedConcurrentExecutions: 2}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: !Ref Work}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let mappings = mappings(world, Source::Queue);
    for queue in world.of_kind(QUEUE) {
        let count = queue.get("RedrivePolicy.maxReceiveCount");
        if count.is_unknown() {
            findings.unknown(queue, "maxReceiveCount");
        }
        let Some(count) = count.number() else { continue };
        let (least, why) = if is_capped(&mappings, queue) {
            (5.0, "5, since the concurrency of what reads it is capped, are the least")
        } else {
            (3.0, "3 are the least")
        };
        if count < least {
            let message = format!("a message is given up after {count} tries; {why}");
            findings.at(queue, queue.get("RedrivePolicy"), message);
        }
    }
}

/// Being throttled counts as a try.
fn is_capped(mappings: &[Mapping<'_>], queue: &Resource) -> bool {
    let mut reading = mappings.iter().filter(|mapping| mapping.source.is_some_and(|source| same(source, queue)));
    reading.any(|mapping| {
        let reserved = mapping.function().map(|function| function.get("ReservedConcurrentExecutions"));
        !mapping.resource.get("ScalingConfig.MaximumConcurrency").is_missing()
            || reserved.is_some_and(|reserved| !reserved.is_missing())
    })
}
