use super::notifications;
use crate::diagnostic::Severity;
use crate::iam::Policy;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::policies::allows;
use crate::rules::shared::{QUEUE, RULE as EVENT_RULE, TOPIC, resource_at};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "service-key",
    severity: Severity::Error,
    says: "The service may not use the key, so that nothing arrives: alarms, notices and notifications are lost \
           without a trace",
    fix: "Encrypt with a key of your own whose policy lets the service use kms:GenerateDataKey* and kms:Decrypt",
    link: Some("https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"),
    check,
    passing: "
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - {Effect: Allow, Principal: {Service: cloudwatch.amazonaws.com}, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: '*'}
  Alerts: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !Ref Key}}
  Failures:
    Type: AWS::CloudWatch::Alarm
    Properties: {AlarmActions: [!Ref Alerts]}
",
    failing: "
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - {Effect: Allow, Principal: {Service: cloudwatch.amazonaws.com}, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: '*'}
  Alerts: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: alias/aws/sns}}
  Failures:
    Type: AWS::CloudWatch::Alarm
    Properties: {AlarmActions: [!Ref Alerts]}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for Sending { target, by, service } in sendings(world) {
        let key = target.get("KmsMasterKeyId");
        let Some(name) = key.text() else {
            if key.is_unknown() {
                findings.unknown(target, "its key");
            }
            continue;
        };
        if name.ends_with("alias/aws/sns") || name.ends_with("alias/aws/sqs") {
            findings.at(target, key, format!("{service} cannot use {name}, and sends for {}", by.id));
            continue;
        }
        let Some(key_of) = key_behind(world, name) else {
            findings.unknown(target, "the policy of its key");
            continue;
        };
        let policy = Policy::read(key_of.get("KeyPolicy"));
        let lets = |action: &str| policy.statements.iter().any(|one| allows(one, service, action));
        if !(lets("kms:Decrypt") && lets("kms:GenerateDataKey")) {
            let id = &key_of.id;
            let message = format!("the policy of {id} does not let {service} use it, which sends for {}", by.id);
            findings.at(target, key, message);
        }
    }
}

fn key_behind<'a>(world: &'a World, name: &str) -> Option<&'a Resource> {
    let found = world.find(name)?;
    let key = if found.kind == "AWS::KMS::Alias" { resource_at(world, found, "TargetKeyId")? } else { found };
    (key.kind == "AWS::KMS::Key" && !key.get("KeyPolicy").is_unknown()).then_some(key)
}

/// A service that sends to a queue or topic in its own name, and for what.
struct Sending<'a> {
    target: &'a Resource,
    by: &'a Resource,
    service: &'static str,
}

/// A schedule sends with its role, and is not among them.
fn sendings(world: &World) -> Vec<Sending<'_>> {
    let mut all = Vec::new();
    let mut put = |to: &Node, by, service| {
        let target = to.text().and_then(|text| world.find(text));
        let target = target.filter(|found| matches!(found.kind.as_str(), QUEUE | TOPIC));
        all.extend(target.map(|target| Sending { target, by, service }));
    };
    for notification in notifications::of(world) {
        put(notification.target, notification.bucket, "s3.amazonaws.com");
    }
    for alarm in world.of_kind("AWS::CloudWatch::Alarm").chain(world.of_kind("AWS::CloudWatch::CompositeAlarm")) {
        for key in ["AlarmActions", "OKActions", "InsufficientDataActions"] {
            alarm.get(key).items().iter().for_each(|action| put(action, alarm, "cloudwatch.amazonaws.com"));
        }
    }
    for rule in world.of_kind(EVENT_RULE) {
        rule.get("Targets").items().iter().for_each(|one| put(one.get("Arn"), rule, "events.amazonaws.com"));
    }
    for subscription in world.of_kind("AWS::SNS::Subscription") {
        if subscription.text("Protocol") == Some("sqs") {
            put(subscription.get("Endpoint"), subscription, "sns.amazonaws.com");
        }
    }
    all
}
