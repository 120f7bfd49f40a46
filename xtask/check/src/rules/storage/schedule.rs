use super::cron::fault;
use super::zones::is_known;
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{RULE as EVENT_RULE, SCHEDULE};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "schedule-expression",
    severity: Severity::Error,
    says: "The schedule is refused or never fires, so that the batch does not run and nobody is told",
    fix: "Write cron(minutes hours day-of-month month day-of-week year) with ? for one of the days, or rate(5 minutes)",
    link: Some("https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"),
    check,
    passing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: send
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:eu-west-1:111111111111:jobs'}]
  Daily:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: cron(30 4 * * ? *)
      ScheduleExpressionTimezone: Europe/Berlin
      FlexibleTimeWindow: {Mode: 'OFF'}
      Target: {Arn: 'arn:aws:sqs:eu-west-1:111111111111:jobs', RoleArn: !GetAtt Role.Arn}
",
    failing: "
Resources:
  Daily:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: cron(0 0 30 2 ? *)
      FlexibleTimeWindow: {Mode: 'OFF'}
      Target: {Arn: 'arn:aws:sqs:eu-west-1:111111111111:jobs', RoleArn: 'arn:aws:iam::111111111111:role/r'}
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      ScheduleExpressionTimezone: Europe/Berln
      FlexibleTimeWindow: {Mode: 'OFF'}
      Target: {Arn: 'arn:aws:sqs:eu-west-1:111111111111:jobs', RoleArn: 'arn:aws:iam::111111111111:role/r'}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for schedule in world.resources().filter(|resource| matches!(resource.kind.as_str(), EVENT_RULE | SCHEDULE)) {
        let expression = schedule.get("ScheduleExpression");
        if expression.is_unknown() {
            findings.unknown(schedule, "when it fires");
        }
        if let Some(fault) = expression.text().and_then(|text| fault(text, schedule.kind == EVENT_RULE)) {
            findings.at(schedule, expression, fault);
        }
        let zone = schedule.get("ScheduleExpressionTimezone");
        if let Some(name) = zone.text().filter(|name| !is_known(name)) {
            findings.at(schedule, zone, format!("there is no time zone {name}; they are named as Europe/Berlin is"));
        }
        // Both are written 2030-01-31T06:00:00Z, which sorts as text.
        let (start, end) = (schedule.get("StartDate"), schedule.get("EndDate"));
        if let (Some(from), Some(to)) = (start.text(), end.text())
            && from >= to
        {
            findings.at(schedule, end, format!("it ends at {to}, before it begins at {from}"));
        }
    }
}
