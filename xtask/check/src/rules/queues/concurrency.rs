use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{FUNCTION, Source, mappings, same};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "queue-concurrency",
    severity: Severity::Error,
    says: "The mapping calls the function more often at once than it may run: calls are throttled, and their \
           messages end in the dead-letter queue",
    fix: "Reserve at least as much concurrency for the function as its mappings may use together",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5, ReservedConcurrentExecutions: 10}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111111111111:jobs
      FunctionName: !Ref Work
      ScalingConfig: {MaximumConcurrency: 10}
      FunctionResponseTypes: [ReportBatchItemFailures]
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5, ReservedConcurrentExecutions: 5}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111111111111:jobs
      FunctionName: !Ref Work
      ScalingConfig: {MaximumConcurrency: 10}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let mappings = mappings(world, Source::Queue);
    for function in world.of_kind(FUNCTION) {
        let reserved = function.get("ReservedConcurrentExecutions");
        let own = mappings.iter().filter(|mapping| mapping.function().is_some_and(|called| same(called, function)));
        let asked: Vec<_> = own.map(|mapping| mapping.resource.get("ScalingConfig.MaximumConcurrency")).collect();
        if !asked.is_empty() && (reserved.is_unknown() || asked.iter().any(|asked| asked.is_unknown())) {
            findings.unknown(function, "its concurrency, or that of a mapping");
            continue;
        }
        let sum: f64 = asked.iter().filter_map(|asked| asked.number()).sum();
        if let Some(reserved_for) = reserved.number().filter(|reserved| *reserved < sum) {
            let message =
                format!("it may run {reserved_for} times at once, and its mappings call it up to {sum} times");
            findings.at(function, reserved, message);
        }
    }
}
