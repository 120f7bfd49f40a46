use super::target_dead_letter::rule_arn;
use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::grants::access;
use crate::rules::policies::admits;
use crate::rules::shared::{RULE as EVENT_RULE, SCHEDULE, callee};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "event-target-permission",
    severity: Severity::Error,
    says: "The rule or schedule fires, may not reach its target, and nothing happens",
    fix: "Give a rule's function a permission and its queue or topic a policy for events.amazonaws.com; for other \
          targets and for schedules, give a role that allows the call",
    link: Some("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  Hourly:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 hour), Targets: [{Id: work, Arn: !GetAtt Work.Arn}]}
  Allow:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Work
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Hourly.Arn
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  Hourly:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 hour), Targets: [{Id: work, Arn: !GetAtt Work.Arn}]}
  Daily:
    Type: AWS::Scheduler::Schedule
    Properties: {ScheduleExpression: rate(1 day), FlexibleTimeWindow: {Mode: 'OFF'}, Target: {Arn: !GetAtt Work.Arn}}
",
};

/// What a target is asked for, and whether a rule needs a role for it.
const CALLS: [(&str, &str, bool); 9] = [
    ("lambda", "lambda:InvokeFunction", false),
    ("sqs", "sqs:SendMessage", false),
    ("sns", "sns:Publish", false),
    ("states", "states:StartExecution", true),
    ("kinesis", "kinesis:PutRecord", true),
    ("firehose", "firehose:PutRecord", true),
    ("ecs", "ecs:RunTask", true),
    ("batch", "batch:SubmitJob", true),
    ("codebuild", "codebuild:StartBuild", true),
];

fn check(world: &World, findings: &mut Findings<'_>) {
    for rule in world.of_kind(EVENT_RULE).filter(|rule| rule.text("State") != Some("DISABLED")) {
        let arn = rule_arn(world, rule);
        for target in rule.get("Targets").items() {
            let Some((text, (_, action, by_role))) = call(world, rule, target, findings) else { continue };
            if by_role || !target.get("RoleArn").is_missing() {
                through_role(world, rule, target, (text, action), findings);
                continue;
            }
            match admits(world, text, "events.amazonaws.com", &arn) {
                None => findings.unknown(rule, "who may send to its target"),
                Some(by) if by.is_empty() => {
                    let whom = world.find(text).map_or(text, |found| &found.id);
                    findings.at(rule, target, format!("nothing allows events.amazonaws.com to reach {whom} for it"));
                }
                Some(_) => {}
            }
        }
    }
    for schedule in world.of_kind(SCHEDULE).filter(|schedule| schedule.text("State") != Some("DISABLED")) {
        let target = schedule.get("Target");
        if let Some((text, (_, action, _))) = call(world, schedule, target, findings) {
            through_role(world, schedule, target, (text, action), findings);
        }
    }
}

fn call<'a>(
    world: &World,
    from: &Resource,
    target: &'a Node,
    findings: &mut Findings<'_>,
) -> Option<(&'a str, (&'static str, &'static str, bool))> {
    let arn = target.get("Arn");
    if arn.is_unknown() {
        findings.unknown(from, "its target");
    }
    let text = arn.text()?;
    let service = if callee(world, text).is_some() { Some("lambda") } else { text.split(':').nth(2) };
    CALLS.into_iter().find(|(name, ..)| Some(*name) == service).map(|call| (text, call))
}

fn through_role(
    world: &World,
    from: &Resource,
    target: &Node,
    (text, action): (&str, &str),
    findings: &mut Findings<'_>,
) {
    let role = target.get("RoleArn");
    if role.is_missing() {
        findings.at(from, target, format!("it has no role that could allow {action}"));
        return;
    }
    let Some(role) = role.text().and_then(|arn| world.find(arn)).filter(|found| found.kind == "AWS::IAM::Role") else {
        findings.unknown(from, "what the role of its target allows");
        return;
    };
    let access = access(world, role);
    let task = target.get("EcsParameters.TaskDefinitionArn").text();
    let asked = if action == "ecs:RunTask" { task.unwrap_or("*") } else { text };
    // An alias has an ARN only once it is there: what allows the function with a qualifier allows it.
    let called = callee(world, text).map(|called| {
        let qualifier = called.by.map(|by| format!(":{by}")).unwrap_or_default();
        format!("{}{qualifier}", called.function.arn(&world.location))
    });
    let allowed = |arn: &str| access.allowing(action, arn).next().is_some();
    if !allowed(asked) && !called.is_some_and(|arn| allowed(&arn)) && !access.open {
        let whom = world.find(asked).map_or(asked, |found| &found.id);
        findings.at(from, target.get("RoleArn"), format!("{} does not allow {action} on {whom}", role.id));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    #[test]
    fn a_policy_of_one_queue_or_for_rules_of_the_stack_lets_a_rule_in() {
        let told = |policy: &str, source: &str| {
            let text = format!(
                "
Resources:
  Jobs: {{Type: AWS::SQS::Queue}}
  Rule: {{Type: AWS::Events::Rule, Properties: {{Targets: [{{Id: a, Arn: !GetAtt Jobs.Arn}}]}}}}
  Allow:
    Type: AWS::SQS::{policy}
    Properties:
      Queues: [!Ref Jobs]
      Queue: !Ref Jobs
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {{Service: events.amazonaws.com}}
            Action: sqs:SendMessage
            Resource: !GetAtt Jobs.Arn
            Condition: {{ArnLike: {{'aws:SourceArn': !Sub 'arn:aws:events:${{AWS::Region}}:${{AWS::AccountId}}:rule/{source}'}}}}
"
            );
            found(&RULE, &text).len()
        };
        for source in ["${AWS::StackName}-*", "${AWS::StackName}-Rule-*", "${Rule}", "*"] {
            assert_eq!((told("QueuePolicy", source), told("QueueInlinePolicy", source)), (0, 0), "{source}");
        }
        assert_eq!(told("QueuePolicy", "other-*"), 1);
    }
}
