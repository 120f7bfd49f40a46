use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{Source, mappings};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "queue-one-consumer",
    severity: Severity::Error,
    says: "Each message reaches only one of the functions that read the queue, by chance; a filter of one deletes \
           what another one waits for",
    fix: "Give each consumer a queue of its own, and send to them through a topic",
    link: Some("https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html"),
    check,
    passing: "
Resources:
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111111111111:jobs
      FunctionName: one
      FunctionResponseTypes: [ReportBatchItemFailures]
  Other:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111111111111:others
      FunctionName: two
      FunctionResponseTypes: [ReportBatchItemFailures]
",
    failing: "
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  One: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: one}}
  Two: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: two}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let mut read: HashMap<*const Resource, &Resource> = HashMap::new();
    for mapping in mappings(world, Source::Queue) {
        let Some(queue) = mapping.source.filter(|_| mapping.resource.get("Enabled").bool() != Some(false)) else {
            continue;
        };
        if let Some(first) = read.get(&std::ptr::from_ref(queue)) {
            let message = format!("{} reads {} already", first.id, queue.id);
            findings.at(mapping.resource, mapping.resource.get("EventSourceArn"), message);
        } else {
            read.insert(queue, mapping.resource);
        }
    }
}
