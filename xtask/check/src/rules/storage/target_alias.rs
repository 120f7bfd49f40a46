use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{RULE as EVENT_RULE, SCHEDULE, alias_of, callee};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "target-alias",
    severity: Severity::Error,
    says: "The rule, schedule or alarm starts $LATEST, so that it runs code that is not released yet, and rolling the \
           alias back changes nothing",
    fix: "Name the function's alias as the target, and let the permission or the role be for the alias",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  V1: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Work}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Work, FunctionVersion: !GetAtt V1.Version, Name: live}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: granted
          PolicyDocument: {Statement: [{Effect: Allow, Action: 'lambda:InvokeFunction', Resource: !Ref Live}]}
  Daily:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      FlexibleTimeWindow: {Mode: 'OFF'}
      Target: {Arn: !Ref Live, RoleArn: !GetAtt Role.Arn}
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  V1: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Work}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Work, FunctionVersion: !GetAtt V1.Version, Name: live}}
  Hourly:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 hour), Targets: [{Id: work, Arn: !GetAtt Work.Arn}]}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for rule in world.of_kind(EVENT_RULE) {
        for target in rule.get("Targets").items() {
            started(world, rule, target.get("Arn"), findings);
        }
    }
    for schedule in world.of_kind(SCHEDULE) {
        started(world, schedule, schedule.get("Target.Arn"), findings);
    }
    for alarm in world.of_kind("AWS::CloudWatch::Alarm").chain(world.of_kind("AWS::CloudWatch::CompositeAlarm")) {
        for states in ["AlarmActions", "OKActions", "InsufficientDataActions"] {
            for action in alarm.get(states).items() {
                started(world, alarm, action, findings);
            }
        }
    }
}

fn started(world: &World, by: &Resource, target: &Node, findings: &mut Findings<'_>) {
    let called = target.text().and_then(|text| callee(world, text)).filter(|callee| callee.by.is_none());
    let Some(called) = called else { return };
    if let Some(alias) = alias_of(world, called.function) {
        findings.at(by, target, format!("it starts {} itself, which has the alias {}", called.function.id, alias.id));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    #[test]
    fn whatever_starts_a_function_names_its_alias() {
        let told = |alias: &str, actions: &str| {
            let text = format!(
                "
Resources:
  F: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: f}}}}
  L: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: {alias}, FunctionVersion: $LATEST, Name: live}}}}
  A: {{Type: AWS::CloudWatch::Alarm, Properties: {{AlarmName: a, MetricName: m, {actions}}}}}
"
            );
            found(&RULE, &text).len()
        };
        for (alias, actions, findings) in [
            ("!Ref F", "AlarmActions: [!GetAtt F.Arn], OKActions: [!GetAtt F.Arn]", 2),
            ("!Ref F", "AlarmActions: [!Ref L]", 0),
            ("!Ref F", "AlarmActions: [!Sub '${F.Arn}:live']", 0),
            ("!Ref F", "AlarmActions: [!Sub '${F.Arn}:$LATEST']", 1),
            ("other", "AlarmActions: [!GetAtt F.Arn]", 0),
        ] {
            assert_eq!(told(alias, actions), findings, "{alias} {actions}");
        }
    }
}
