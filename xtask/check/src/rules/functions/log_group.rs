use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::FUNCTION;
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "function-log-group",
    severity: Severity::Error,
    says: "Lambda makes the log group itself, or is not allowed to: logs are kept for ever and stay behind, or there \
           are none",
    fix: "Add a log group named /aws/lambda/ and the function's name with a retention, or name one in LoggingConfig",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {FunctionName: work}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/lambda/work, RetentionInDays: 30}}
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {FunctionName: work}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/lambda/works, RetentionInDays: 30}}
",
};

const GROUP: &str = "AWS::Logs::LogGroup";

fn check(world: &World, findings: &mut Findings<'_>) {
    for function in world.of_kind(FUNCTION) {
        let given = function.get("LoggingConfig.LogGroup");
        if given.is_unknown() {
            findings.unknown(function, "its log group");
            continue;
        }
        let name = given.text().map_or_else(|| format!("/aws/lambda/{}", function.name()), str::to_owned);
        let owned = world.find(&name).is_some_and(|found| found.kind == GROUP);
        if owned {
            continue;
        }
        if world.of_kind(GROUP).any(|group| group.get("LogGroupName").is_unknown()) {
            findings.unknown(function, "whether one of the log groups is its own");
            continue;
        }
        let other = world.of_kind(GROUP).find(|group| group.stack == function.stack && is_of_none(world, group));
        let other = other.map(|group| format!("; {} has another name and takes the logs of no function", group.id));
        // A name that AWS makes up says nothing to a reader.
        let name = name.split_once('{').map_or(name.clone(), |(known, _)| format!("{known}…"));
        findings.at(function, given, format!("it logs to {name}, which is in no stack{}", other.unwrap_or_default()));
    }
}

/// Named like the group of a function, and of none that there is.
fn is_of_none(world: &World, group: &Resource) -> bool {
    let of = group.text("LogGroupName").and_then(|name| name.strip_prefix("/aws/lambda/"));
    of.is_some_and(|name| world.find(name).is_none_or(|found| found.kind != FUNCTION))
}
