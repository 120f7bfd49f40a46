use super::alarm_actions::{ALARM, Tells, tells};
use crate::asl::{Definition, definition};
use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{FUNCTION, QUEUE, STREAM, Source, callee, mappings, same};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "failure-alarm",
    severity: Severity::Warning,
    says: "Nobody is told when it fails, and the first to notice is whoever misses the data",
    fix: "Add an alarm whose action is a topic, on the metric that is named first",
    link: Some(
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html",
    ),
    check,
    passing: "
Resources:
  Alerts: {Type: 'AWS::SNS::Topic'}
  Machine: {Type: 'AWS::StepFunctions::StateMachine', Properties: {StateMachineName: m}}
  Failed:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/States
      MetricName: ExecutionsFailed
      Dimensions: [{Name: StateMachineArn, Value: !Ref Machine}]
      AlarmActions: [!Ref Alerts]
",
    failing: "
Resources:
  Machine: {Type: 'AWS::StepFunctions::StateMachine', Properties: {StateMachineName: m}}
",
};

/// Of which types each resource has an alarm: with the metrics of which any will do, the best one first.
fn metrics(resource: &Resource) -> Option<&'static [&'static str]> {
    Some(match resource.kind.as_str() {
        FUNCTION => &["Errors"],
        "AWS::StepFunctions::StateMachine" => &["ExecutionsFailed", "ExecutionsTimedOut"],
        STREAM => &[
            "GetRecords.IteratorAgeMilliseconds",
            "WriteProvisionedThroughputExceeded",
            "ReadProvisionedThroughputExceeded",
            "SubscribeToShardEvent.MillisBehindLatest",
        ],
        // What SQS itself puts into a dead-letter queue is not counted as sent, and nobody receives it.
        QUEUE => &["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"],
        _ => return None,
    })
}

fn check(world: &World, findings: &mut Findings<'_>) {
    let caught = caught(world);
    for resource in world.resources() {
        let Some(metrics) = metrics(resource) else { continue };
        // A queue with a queue for its failures is watched there.
        if resource.kind == QUEUE && !resource.get("RedrivePolicy").is_missing() {
            continue;
        }
        // What waits for the answer tells of the failure.
        if caught.iter().any(|function| same(function, resource)) {
            continue;
        }
        let mut alarms = watching(world, resource, metrics);
        if resource.kind == STREAM {
            let readers = mappings(world, Source::Stream).into_iter();
            let readers = readers.filter(|mapping| mapping.source.is_some_and(|source| same(source, resource)));
            // What a function lags behind is the age of what it has not read.
            alarms.extend(
                readers.filter_map(|mapping| mapping.function()).flat_map(|f| watching(world, f, &["IteratorAge"])),
            );
        }
        judge(world, resource, metrics, &alarms, findings);
    }
}

fn judge(world: &World, resource: &Resource, metrics: &[&str], alarms: &[&Resource], findings: &mut Findings<'_>) {
    let tell: Vec<_> = alarms.iter().map(|alarm| (alarm, tells(world, alarm))).collect();
    if tell.iter().any(|(_, tells)| *tells == Tells::Somebody) {
        return;
    }
    if tell.iter().any(|(_, tells)| *tells == Tells::Unknown) {
        findings.unknown(resource, "whom its alarm tells");
    } else if let Some((alarm, Tells::Nobody(why))) = tell.first() {
        findings.at(alarm, alarm.get("MetricName"), format!("the alarm on {} {why}", resource.id));
    } else if world.of_kind(ALARM).any(|alarm| !is_of_one_version(alarm) && is_open(alarm)) {
        findings.unknown(resource, "what an alarm watches");
    } else {
        findings.on(resource, format!("no alarm watches its {}", metrics.join(" or ")));
    }
}

/// The functions that a state machine calls, or a version of them, and whose failures it catches.
fn caught(world: &World) -> Vec<&Resource> {
    let mut names = Vec::new();
    for machine in world.of_kind("AWS::StepFunctions::StateMachine") {
        let Definition::Known(machine) = definition(machine) else { continue };
        machine.visit(&mut Vec::new(), &mut |machine, _| {
            for state in machine.states.iter().filter(|state| !state.node.get("Catch").items().is_empty()) {
                let called = ["Parameters", "Arguments"].map(|part| state.node.get(part).get("FunctionName"));
                names.extend(called.into_iter().filter_map(Node::text).map(str::to_owned));
            }
        });
    }
    names.iter().filter_map(|name| called(world, name)).collect()
}

fn called<'a>(world: &'a World, name: &str) -> Option<&'a Resource> {
    let function = callee(world, name)?.function;
    world.resources().find(|resource| same(resource, function))
}

/// The alarms on one of a resource's metrics.
fn watching<'a>(world: &'a World, resource: &Resource, metrics: &[&str]) -> Vec<&'a Resource> {
    let (name, arn) = (resource.name(), resource.arn(&world.location));
    let is_it = |alarm: &&Resource| {
        let fits = alarm.text("MetricName").is_none_or(|metric| metrics.contains(&metric));
        // A metric of Lambda's that names no function is of all of them.
        let of_all = resource.kind == FUNCTION
            && alarm.text("Namespace") == Some("AWS/Lambda")
            && alarm.get("Dimensions").items().is_empty();
        fits && (of_all || names(&alarm.properties, &name, &arn))
    };
    world.of_kind(ALARM).filter(|alarm| !is_of_one_version(alarm)).filter(is_it).collect()
}

/// Whether it watches a version of a function while calls are shifted to it: what any other does, it does not see.
fn is_of_one_version(alarm: &Resource) -> bool {
    let dimensions = alarm.get("Dimensions").items();
    dimensions.iter().any(|dimension| dimension.get("Name").text() == Some("ExecutedVersion"))
}

/// Whether a dimension, of an alarm or of one of its metrics, is a resource.
fn names(properties: &Node, name: &str, arn: &str) -> bool {
    let mut found = false;
    properties.walk(&mut |node: &Node| {
        let value = node.get("Value").text();
        found |= !node.get("Name").is_missing() && value.is_some_and(|value| value == name || value == arn);
    });
    found
}

/// Whether it cannot be known what an alarm watches: a query over metrics may be about anything.
fn is_open(alarm: &Resource) -> bool {
    let mut open = alarm.get("Dimensions").is_unknown() || alarm.get("MetricName").is_unknown();
    alarm.get("Metrics").walk(&mut |node: &Node| {
        let query =
            node.get("Expression").text().is_some_and(|text| text.trim_start().to_uppercase().starts_with("SELECT"));
        open |= node.is_unknown() || query;
    });
    alarm.get("Dimensions").walk(&mut |node: &Node| open |= node.is_unknown());
    open
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    const MACHINE: &str = "
  T: {Type: AWS::SNS::Topic}
  M: {Type: AWS::StepFunctions::StateMachine, Properties: {StateMachineName: m}}";

    fn told(resources: &str) -> Vec<String> {
        found(&RULE, &format!("Resources:\n{resources}")).into_iter().map(|one| one.message).collect()
    }

    fn alarm(metric: &str, of: &str, rest: &str) -> String {
        format!(
            "\n  A{}: {{Type: AWS::CloudWatch::Alarm, Properties: {{MetricName: {metric}, {rest}, Dimensions: [{{Name: n, Value: {of}}}]}}}}",
            metric.len()
        )
    }

    #[test]
    fn an_alarm_on_one_version_is_none_on_the_function() {
        let told = |more: &str| {
            told(&format!(
                "
  T: {{Type: AWS::SNS::Topic}}
  F: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: f}}}}
  V: {{Type: AWS::Lambda::Version, Properties: {{FunctionName: !Ref F}}}}
  A:
    Type: AWS::CloudWatch::Alarm
    Properties: {{MetricName: Errors, AlarmActions: [!Ref T], Dimensions: [{{Name: FunctionName, Value: !Ref F}}{more}]}}"
            ))
        };
        assert_eq!(told(""), [""; 0]);
        let of_one = ", {Name: Resource, Value: 'f:live'}, {Name: ExecutedVersion, Value: !GetAtt V.Version}";
        assert_eq!(told(of_one), ["no alarm watches its Errors"]);
    }

    #[test]
    fn an_alarm_may_tell_by_way_of_another() {
        let silent = alarm("ExecutionsFailed", "!Ref M", "AlarmName: m-failed");
        let around = |rule: &str, rest: &str| {
            told(&format!(
                "{MACHINE}{silent}\n  C: {{Type: AWS::CloudWatch::CompositeAlarm, Properties: {{AlarmRule: {rule}, {rest}}}}}"
            ))
        };
        let telling = "AlarmActions: [!Ref T]";
        for rule in [
            "!Sub 'ALARM(\"${A16}\")'",
            "!Sub 'ALARM(${A16})'",
            "!Sub 'ALARM(\"${A16.Arn}\")'",
            "ALARM(m-failed)",
            "!Join ['', ['ALARM(', !Ref A16, ')']]",
            "!Join [' OR ', [!Sub 'ALARM(${A16})', 'ALARM(other)']]",
            "!Sub '${Unknown}'",
        ] {
            assert_eq!(around(rule, telling), [""; 0], "{rule}");
        }
        assert_eq!(around("ALARM(other)", telling), ["the alarm on M tells nobody"]);
        let off = alarm("ExecutionsFailed", "!Ref M", "ActionsEnabled: false, AlarmActions: [!Ref T]");
        assert_eq!(told(&format!("{MACHINE}{off}")), ["the alarm on M has its actions switched off and tells nobody"]);
        let second = alarm("ExecutionsTimedOut", "!Ref M", "AlarmActions: [!Ref T]");
        assert_eq!(told(&format!("{MACHINE}{silent}{second}")), [""; 0]);
    }

    #[test]
    fn a_stream_is_watched_where_it_is_read() {
        let stream = "
  T: {Type: AWS::SNS::Topic}
  S: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: f}}
  M: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt S.Arn, FunctionName: !Ref F}}
  E: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Lambda, MetricName: Errors, AlarmActions: [!Ref T]}}";
        assert_eq!(told(stream).len(), 1, "Errors without a dimension are of every function");
        let lag = alarm("IteratorAge", "!Ref F", "AlarmActions: [!Ref T]");
        assert_eq!(told(&format!("{stream}{lag}")), [""; 0]);
        let behind = alarm("SubscribeToShardEvent.MillisBehindLatest", "!Ref S", "AlarmActions: [!Ref T]");
        assert_eq!(told(&format!("{stream}{behind}")), [""; 0]);
    }

    #[test]
    fn a_function_that_a_machine_calls_is_watched_there() {
        let called = |catch: &str| {
            let text = format!(
                "{MACHINE}{}
  F: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: f}}}}
  V: {{Type: AWS::Lambda::Version, Properties: {{FunctionName: !Ref F}}}}
  W:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: m
      Definition:
        StartAt: Work
        States:
          Work: {{Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Parameters: {{FunctionName: !Ref V}}{catch}, End: true}}",
                alarm("ExecutionsFailed", "m", "AlarmActions: [!Ref T]"),
            );
            told(&text)
        };
        assert_eq!(called(", Catch: [{ErrorEquals: [States.ALL], Next: Tell}]"), [""; 0]);
        assert_eq!(called(""), ["no alarm watches its Errors"]);
    }

    #[test]
    fn a_queue_of_failures_is_watched_by_what_lies_in_it() {
        let queue = "\n  T: {Type: AWS::SNS::Topic}\n  Q: {Type: AWS::SQS::Queue}";
        let with =
            |metric: &str| told(&format!("{queue}{}", alarm(metric, "!GetAtt Q.QueueName", "AlarmActions: [!Ref T]")));
        assert_eq!(with("ApproximateNumberOfMessagesVisible"), [""; 0]);
        assert_eq!(with("NumberOfMessagesSent").len(), 1);
    }
}
