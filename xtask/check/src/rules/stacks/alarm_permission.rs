use super::alarm_actions::{ALARM, COMPOSITE, is_off};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::policies::permissions;
use crate::rules::shared::callee;
use crate::world::World;

/// Who calls a function that is an alarm's action.
const SERVICE: &str = "lambda.alarms.cloudwatch.amazonaws.com";

pub(super) static RULE: Rule = Rule {
    id: "alarm-action-permission",
    severity: Severity::Error,
    says: "The alarm changes its state, may not start the function, and nothing happens",
    fix: "Give the function a permission for lambda.alarms.cloudwatch.amazonaws.com with the alarm as its source",
    link: Some("https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  Busy:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/Kinesis, MetricName: IncomingBytes, AlarmActions: [!GetAtt Work.Arn]}
  Allow:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Work
      Action: lambda:InvokeFunction
      Principal: lambda.alarms.cloudwatch.amazonaws.com
      SourceAccount: !Ref AWS::AccountId
      SourceArn: !GetAtt Busy.Arn
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5}}
  Busy:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/Kinesis, MetricName: IncomingBytes, AlarmActions: [!GetAtt Work.Arn]}
  Allow:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Work, Action: lambda:InvokeFunction, Principal: cloudwatch.amazonaws.com}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let alarms = world.of_kind(ALARM).chain(world.of_kind(COMPOSITE)).filter(|alarm| !is_off(alarm));
    for alarm in alarms {
        let arn = alarm.arn(&world.location);
        for states in ["AlarmActions", "OKActions", "InsufficientDataActions"] {
            for action in alarm.get(states).items() {
                let Some(called) = action.text().and_then(|text| callee(world, text)) else { continue };
                if permissions(world, called, SERVICE, &arn).is_empty() {
                    let whom = &called.function.id;
                    findings.at(alarm, action, format!("nothing allows {SERVICE} to start {whom} for it"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    fn told(actions: &str, permission: &str) -> usize {
        let text = format!(
            "
Resources:
  T: {{Type: AWS::SNS::Topic}}
  F: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: f}}}}
  A: {{Type: AWS::CloudWatch::Alarm, Properties: {{AlarmName: a, MetricName: m, {actions}}}}}
  P:
    Type: AWS::Lambda::Permission
    Properties: {{FunctionName: !Ref F, Action: 'lambda:InvokeFunction', Principal: {permission}}}
"
        );
        found(&RULE, &text).len()
    }

    #[test]
    fn each_action_that_is_a_function_needs_it() {
        let service = "lambda.alarms.cloudwatch.amazonaws.com";
        let other = format!("{service}, SourceArn: 'arn:aws:cloudwatch:eu-west-1:111111111111:alarm:b'");
        for (actions, permission, findings) in [
            ("AlarmActions: [!GetAtt F.Arn], OKActions: [!GetAtt F.Arn]", service, 0),
            ("AlarmActions: [!GetAtt F.Arn], OKActions: [!GetAtt F.Arn]", "events.amazonaws.com", 2),
            ("AlarmActions: [!GetAtt F.Arn]", &other, 1),
            ("AlarmActions: [!GetAtt F.Arn], ActionsEnabled: false", "events.amazonaws.com", 0),
            ("AlarmActions: [!Ref T]", "events.amazonaws.com", 0),
            ("InsufficientDataActions: [!Sub '${F.Arn}:live']", service, 1),
        ] {
            assert_eq!(told(actions, permission), findings, "{actions} {permission}");
        }
    }
}
