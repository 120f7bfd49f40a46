use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{QUEUE, Source, mappings, number_or};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "queue-visibility",
    severity: Severity::Error,
    says: "A message comes back while the function still works on it, and is processed twice",
    fix: "Set the queue's VisibilityTimeout to six times the function's Timeout plus the mapping's batch window",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"),
    check,
    passing: "
Resources:
  Dead: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600}}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 200, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 30}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Jobs.Arn
      FunctionName: !Ref Work
      MaximumBatchingWindowInSeconds: 20
      FunctionResponseTypes: [ReportBatchItemFailures]
",
    failing: "
Resources:
  Jobs: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 180}}
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 30}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: !Ref Work, MaximumBatchingWindowInSeconds: 20}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for mapping in mappings(world, Source::Queue) {
        let Some((queue, function)) = mapping.source.filter(|source| source.kind == QUEUE).zip(mapping.function())
        else {
            findings.unknown(mapping.resource, "its queue or function");
            continue;
        };
        let visibility = queue.get("VisibilityTimeout");
        let window = number_or(mapping.resource.get("MaximumBatchingWindowInSeconds"), 0.0);
        let timeout = number_or(function.get("Timeout"), 3.0);
        let (Some(has), Some(window), Some(timeout)) = (number_or(visibility, 30.0), window, timeout) else {
            findings.unknown(queue, "the visibility timeout, the batch window or the function's timeout");
            continue;
        };
        let needs = 6.0 * timeout + window;
        if has < needs {
            let id = &function.id;
            let sum = format!("6 × {timeout} s of {id} + {window} s of batch window = {needs} s");
            findings.at(queue, visibility, format!("a message is hidden for {has} s, and {sum} are needed"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::found;

    fn with(visibility: &str, timeout: &str, window: &str) -> usize {
        let text = format!(
            "
Parameters: {{Seconds: {{Type: Number}}}}
Resources:
  Q: {{Type: AWS::SQS::Queue, Properties: {{{visibility}}}}}
  F: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: f, {timeout}}}}}
  A: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref F, Name: live}}}}
  M: {{Type: AWS::Lambda::EventSourceMapping, Properties: {{EventSourceArn: !GetAtt Q.Arn, FunctionName: !Ref A, {window}}}}}
"
        );
        found(&RULE, &text).len()
    }

    #[test]
    fn six_timeouts_and_a_window_fit_exactly_or_not() {
        let window = "MaximumBatchingWindowInSeconds: 120";
        assert_eq!(with("VisibilityTimeout: 660", "Timeout: 90", window), 0);
        assert_eq!(with("VisibilityTimeout: '659'", "Timeout: 90", window), 1);
        // Defaults: 30 s, 3 s, 0 s.
        assert_eq!(with("", "", ""), 0);
        assert_eq!(with("", "Timeout: 6", ""), 1);
        assert_eq!(with("VisibilityTimeout: !Ref Seconds", "Timeout: 90", ""), 0);
    }
}
