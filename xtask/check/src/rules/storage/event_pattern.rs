use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::pattern::{Dialect, faults};
use crate::rules::shared::{BUCKET, RULE as EVENT_RULE};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "event-pattern",
    severity: Severity::Error,
    says: "The rule never fires, since no event fits its pattern, and what it should start does not start",
    fix: "Write leaves as lists, over the fields and with the names that the source's events have",
    link: Some("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html"),
    check,
    passing: "
Resources:
  Raw:
    Type: AWS::S3::Bucket
    Properties: {NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: true}}}
  Arrived:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.s3]
        detail-type: [Object Created]
        detail: {bucket: {name: [!Ref Raw]}, object: {key: [{prefix: in/}]}}
",
    failing: "
Resources:
  Arrived:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.s3]
        detail-type: [ObjectCreated]
        detail: {bucket: {name: raw}}
",
};

const ENVELOPE: [&str; 10] =
    ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "replay-name"];
const S3: [&str; 10] = [
    "Object Created",
    "Object Deleted",
    "Object Restore Initiated",
    "Object Restore Completed",
    "Object Restore Expired",
    "Object Storage Class Changed",
    "Object Access Tier Changed",
    "Object ACL Updated",
    "Object Tags Added",
    "Object Tags Deleted",
];
/// What has a fixed set of values, by the source that sends it.
const VALUES: [(&str, &str, &[&str]); 4] = [
    ("aws.s3", "detail-type", &S3),
    ("aws.states", "detail.status", &["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"]),
    ("aws.glue", "detail.state", &["STARTING", "RUNNING", "STOPPING", "STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT"]),
    ("aws.ecs", "detail.launchType", &["EC2", "FARGATE", "EXTERNAL"]),
];

fn check(world: &World, findings: &mut Findings<'_>) {
    for rule in world.of_kind(EVENT_RULE) {
        let pattern = rule.get("EventPattern");
        if pattern.is_missing() {
            continue;
        }
        let mut unknown = false;
        pattern.walk(&mut |node| unknown |= node.is_unknown());
        if unknown {
            findings.unknown(rule, "a part of its pattern");
        }
        for fault in faults(pattern, Dialect::EventBridge, Some(&ENVELOPE)) {
            findings.at(rule, &Node { place: fault.place, ..Node::default() }, fault.what);
        }
        let from = |source: &str| pattern.get("source").items().iter().any(|item| item.text() == Some(source));
        for (source, path, known) in VALUES.iter().filter(|(source, ..)| from(source)) {
            let values = pattern.at(path);
            // AWS sends calls of its API under the same source, and Glue has several kinds of state.
            let fits =
                |value: &Node| value.text().is_none_or(|text| known.contains(&text) || text.contains("via CloudTrail"));
            let only_job = *source != "aws.glue" || is_of(pattern, "Glue Job State Change");
            if only_job && !values.items().is_empty() && !values.items().iter().any(fits) {
                findings.at(rule, values, format!("{source} sends no event whose {path} is in {values}"));
            }
        }
        if from("aws.s3") && pattern.get("source").items().len() == 1 && S3.iter().any(|kind| is_of(pattern, kind)) {
            of_buckets(world, rule, pattern.at("detail.bucket.name"), findings);
        }
    }
}

fn is_of(pattern: &Node, kind: &str) -> bool {
    pattern.get("detail-type").items().iter().any(|item| item.text() == Some(kind))
}

/// A bucket sends events only where it is told to.
fn of_buckets(world: &World, rule: &crate::world::Resource, names: &Node, findings: &mut Findings<'_>) {
    for name in names.items() {
        let Some(bucket) = name.text().and_then(|name| world.find(name)).filter(|found| found.kind == BUCKET) else {
            continue;
        };
        let config = bucket.get("NotificationConfiguration.EventBridgeConfiguration");
        if config.is_missing() || config.get("EventBridgeEnabled").bool() == Some(false) {
            findings.at(
                rule,
                name,
                format!("{} sends no events, since its EventBridgeConfiguration is not on", bucket.id),
            );
        }
    }
}
