use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::grants::{access, role_of};
use crate::rules::policies::admits;
use crate::rules::shared::{RULE as EVENT_RULE, SCHEDULE};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "event-dead-letter",
    severity: Severity::Error,
    says: "What could not be delivered may not be put into the dead-letter queue either, and is lost without a trace",
    fix: "Let the queue's policy allow sqs:SendMessage to events.amazonaws.com for a rule and to sns.amazonaws.com for a \
          subscription; for a schedule, let its role",
    link: Some("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"),
    check,
    passing: "
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Allow:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Dead]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Dead.Arn
            Condition: {ArnEquals: {'aws:SourceArn': !GetAtt Hourly.Arn}}
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  Call:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Work
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Hourly.Arn
  Hourly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 hour)
      Targets: [{Id: work, Arn: !GetAtt Work.Arn, DeadLetterConfig: {Arn: !GetAtt Dead.Arn}}]
",
    failing: "
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  Hourly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 hour)
      Targets: [{Id: work, Arn: !GetAtt Work.Arn, DeadLetterConfig: {Arn: !GetAtt Dead.Arn}}]
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for rule in world.of_kind(EVENT_RULE) {
        for target in rule.get("Targets").items() {
            by_policy(
                world,
                rule,
                target.at("DeadLetterConfig.Arn"),
                "events.amazonaws.com",
                &rule_arn(world, rule),
                findings,
            );
        }
    }
    for subscription in world.of_kind("AWS::SNS::Subscription") {
        let topic = subscription.text("TopicArn").unwrap_or("*");
        let queue = subscription.get("RedrivePolicy.deadLetterTargetArn");
        by_policy(world, subscription, queue, "sns.amazonaws.com", topic, findings);
    }
    for schedule in world.of_kind(SCHEDULE) {
        by_role(world, schedule, findings);
    }
}

/// The ARN of a rule on another bus has that bus's name in it.
pub(super) fn rule_arn(world: &World, rule: &Resource) -> String {
    let of_default = rule.get("EventBusName").is_missing() || rule.text("EventBusName") == Some("default");
    if of_default { rule.arn(&world.location) } else { "*".to_owned() }
}

fn by_policy(world: &World, from: &Resource, queue: &Node, service: &str, arn: &str, findings: &mut Findings<'_>) {
    if queue.is_missing() {
        return;
    }
    let Some(by) = queue.text().and_then(|queue| admits(world, queue, service, arn)) else {
        findings.unknown(from, "who may send to its dead-letter queue");
        return;
    };
    if by.is_empty() {
        findings.at(from, queue, format!("nothing allows {service} to send to {} for it", named(world, queue)));
    }
}

fn by_role(world: &World, schedule: &Resource, findings: &mut Findings<'_>) {
    let queue = schedule.get("Target.DeadLetterConfig.Arn");
    if queue.is_missing() {
        return;
    }
    let (Some(role), Some(arn)) = (role_of(world, schedule, "Target.RoleArn"), queue.text()) else {
        findings.unknown(schedule, "whether its role may send to its dead-letter queue");
        return;
    };
    let access = access(world, role);
    if access.allowing("sqs:SendMessage", arn).next().is_none() {
        if access.open {
            findings.unknown(schedule, "what its role allows");
        } else {
            let message = format!("{} does not allow sqs:SendMessage on {}", role.id, named(world, queue));
            findings.at(schedule, queue, message);
        }
    }
}

fn named(world: &World, queue: &Node) -> String {
    let text = queue.text().unwrap_or_default();
    world.find(text).map_or(text, |found| &found.id).to_owned()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    #[test]
    fn schedules_send_by_their_role_and_topics_by_the_queue_policy() {
        let told = |action: &str, service: &str| {
            let text = format!(
                "
Resources:
  Dead: {{Type: AWS::SQS::Queue}}
  Allow:
    Type: AWS::SQS::QueueInlinePolicy
    Properties:
      Queue: !Ref Dead
      PolicyDocument:
        Statement: [{{Effect: Allow, Principal: {{Service: {service}}}, Action: 'sqs:SendMessage', Resource: !GetAtt Dead.Arn}}]
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{{PolicyDocument: {{Statement: [{{Effect: Allow, Action: '{action}', Resource: !GetAtt Dead.Arn}}]}}}}]
  Daily:
    Type: AWS::Scheduler::Schedule
    Properties: {{Target: {{Arn: x, RoleArn: !GetAtt Role.Arn, DeadLetterConfig: {{Arn: !GetAtt Dead.Arn}}}}}}
  Read:
    Type: AWS::SNS::Subscription
    Properties: {{TopicArn: t, RedrivePolicy: !Sub '{{\"deadLetterTargetArn\": \"${{Dead.Arn}}\"}}'}}
"
            );
            found(&RULE, &text).into_iter().filter_map(|one| one.resource).collect::<Vec<_>>()
        };
        assert_eq!(told("sqs:SendMessage", "sns.amazonaws.com"), [""; 0]);
        assert_eq!(told("sns:Publish", "events.amazonaws.com"), ["Daily", "Read"]);
    }
}
