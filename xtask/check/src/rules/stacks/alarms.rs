use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "failure-alarm",
    severity: Severity::Warning,
    says: "Nobody is told when it fails, and the first to notice is whoever misses the data",
    fix: "Add an alarm on its failures whose action is a topic",
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

/// Of which types each resource has an alarm: with the metrics of which any will do.
fn metrics(resource: &Resource) -> Option<&'static [&'static str]> {
    Some(match resource.kind.as_str() {
        "AWS::Lambda::Function" => &["Errors"],
        "AWS::StepFunctions::StateMachine" => &["ExecutionsFailed", "ExecutionsTimedOut"],
        "AWS::Kinesis::Stream" => &[
            "WriteProvisionedThroughputExceeded",
            "ReadProvisionedThroughputExceeded",
            "GetRecords.IteratorAgeMilliseconds",
        ],
        "AWS::SQS::Queue" => &[
            "ApproximateNumberOfMessagesVisible",
            "ApproximateAgeOfOldestMessage",
            "NumberOfMessagesReceived",
            "NumberOfMessagesSent",
        ],
        _ => return None,
    })
}

fn check(world: &World, findings: &mut Findings<'_>) {
    for resource in world.resources() {
        let Some(metrics) = metrics(resource) else { continue };
        // A queue with a queue for its failures is watched there.
        if resource.kind == "AWS::SQS::Queue" && !resource.get("RedrivePolicy").is_missing() {
            continue;
        }
        let alarms: Vec<_> =
            world.of_kind("AWS::CloudWatch::Alarm").filter(|alarm| watches(world, alarm, resource)).collect();
        if alarms.iter().any(|alarm| alarm.get("Dimensions").is_unknown() || alarm.get("Metrics").is_unknown()) {
            findings.unknown(resource, "what an alarm watches");
            continue;
        }
        let fits = |alarm: &&&Resource| alarm.text("MetricName").is_none_or(|metric| metrics.contains(&metric));
        match alarms.iter().find(fits) {
            None => findings.on(resource, format!("no alarm watches its {}", metrics.join(" or "))),
            Some(alarm) if alarm.get("AlarmActions").is_missing() => {
                findings.at(alarm, alarm.get("MetricName"), format!("the alarm on {} tells nobody", resource.id));
            }
            Some(_) => {}
        }
    }
}

/// Whether one of an alarm's dimensions, or of its metrics' dimensions, is this resource.
fn watches(world: &World, alarm: &Resource, resource: &Resource) -> bool {
    let (name, arn) = (resource.name(), resource.arn(&world.location));
    let mut found = false;
    alarm.properties.walk(&mut |node: &Node| {
        let value = node.get("Value").text();
        found |= !node.get("Name").is_missing() && value.is_some_and(|value| value == name || value == arn);
    });
    found
}
