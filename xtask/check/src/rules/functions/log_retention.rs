use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "log-retention",
    severity: Severity::Warning,
    says: "Logs pile up for ever, are paid for every month, and hold personal data longer than they may",
    fix: "Set RetentionInDays",
    link: Some("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {FunctionName: work}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/lambda/work, RetentionInDays: 30}}
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {FunctionName: work}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/lambda/work}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for group in world.of_kind("AWS::Logs::LogGroup") {
        if group.get("RetentionInDays").is_missing() {
            findings.on(group, "its logs are kept for ever");
        }
    }
}
