use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{FUNCTION, parameters_in};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "function-log-group",
    severity: Severity::Error,
    says: "Lambda makes the log group itself, or is not allowed to: logs are kept for ever and stay behind, or there \
           are none",
    fix: "Add a log group named /aws/lambda/ and the function's name with a retention, or name one in LoggingConfig",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html"),
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
        // One that is named may be in another stack, which is not among these.
        let elsewhere = !given.is_missing() && (!world.is_whole || is_parameter(world, function));
        if elsewhere || world.of_kind(GROUP).any(|group| group.get("LogGroupName").is_unknown()) {
            findings.unknown(function, "whether some log group is its own");
            continue;
        }
        let other = world.of_kind(GROUP).find(|group| group.stack == function.stack && is_of_none(world, group));
        let other = other.map(|group| format!("; {} has another name and takes the logs of no function", group.id));
        findings.at(function, given, format!("it logs to {name}, which is in no stack{}", other.unwrap_or_default()));
    }
}

/// Whether the name of its group comes from a parameter: whoever deploys the stack says which it is.
fn is_parameter(world: &World, function: &Resource) -> bool {
    let Some(stack) = world.stacks.iter().find(|stack| stack.name == function.stack) else { return false };
    let names = parameters_in(function.written.at("Properties.LoggingConfig.LogGroup"));
    names.into_iter().any(|name| !stack.root.get("Parameters").get(name).is_missing())
}

/// Named like the group of a function, and of none that there is.
fn is_of_none(world: &World, group: &Resource) -> bool {
    let of = group.text("LogGroupName").and_then(|name| name.strip_prefix("/aws/lambda/"));
    of.is_some_and(|name| world.find(name).is_none_or(|found| found.kind != FUNCTION))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    #[test]
    fn a_group_that_whoever_deploys_names_is_not_looked_for() {
        let with = |group: &str| {
            let text = format!(
                "
Parameters: {{Shared: {{Type: String, Default: /shared/logs}}}}
Resources:
  Work: {{Type: AWS::Lambda::Function, Properties: {{LoggingConfig: {{LogGroup: {group}}}}}}}
"
            );
            found(&RULE, &text).len()
        };
        assert_eq!((with("!Ref Shared"), with("!Sub '${Shared}/work'"), with("/shared/logs")), (0, 0, 1));
    }
}
