//! What sets off what: each hop leads from where something arrives to what is told of it.

use crate::node::Node;
use crate::rules::grants::{access, role_of};
use crate::rules::shared::{BUCKET, FUNCTION, RULE, Source, TOPIC, callee, mappings, resource_at};
use crate::rules::storage::notifications;
use crate::world::{Resource, World};

pub(super) struct Hop<'a> {
    pub(super) at: &'a Resource,
    /// In a bucket, which keys it is about, as a pattern.
    pub(super) keys: String,
    pub(super) to: &'a Resource,
}

pub(super) fn of(world: &World) -> Vec<Hop<'_>> {
    let mut hops = Vec::new();
    let mut put = |at, keys: String, to: Option<_>| hops.extend(to.map(|to| Hop { at, keys, to }));
    for one in notifications::of(world).iter().filter(|one| one.is_of_creation()) {
        put(one.bucket, one.keys(), called(world, one.target));
    }
    for rule in world.of_kind(RULE).filter(|rule| rule.text("State") != Some("DISABLED")) {
        for (bucket, keys) in buckets(world, rule.get("EventPattern")) {
            for target in rule.get("Targets").items() {
                put(bucket, keys.clone(), called(world, target.get("Arn")));
            }
        }
    }
    for mapping in mappings(world, Source::Queue).into_iter().chain(mappings(world, Source::Stream)) {
        if let Some(source) = mapping.source {
            put(source, String::new(), mapping.function());
        }
    }
    for subscription in world.of_kind("AWS::SNS::Subscription") {
        if let Some(topic) = resource_at(world, subscription, "TopicArn") {
            put(topic, String::new(), called(world, subscription.get("Endpoint")));
        }
    }
    for topic in world.of_kind(TOPIC) {
        for subscription in topic.get("Subscription").items() {
            put(topic, String::new(), called(world, subscription.get("Endpoint")));
        }
    }
    for delivery in world.of_kind("AWS::KinesisFirehose::DeliveryStream") {
        put(delivery, String::new(), Some(delivery));
        if let Some(stream) = resource_at(world, delivery, "KinesisStreamSourceConfiguration.KinesisStreamARN") {
            put(stream, String::new(), Some(delivery));
        }
    }
    for machine in world.of_kind("AWS::StepFunctions::StateMachine") {
        let Some(access) = role_of(world, machine, "RoleArn").map(|role| access(world, role)) else { continue };
        for function in world.of_kind(FUNCTION) {
            let arn = function.arn(&world.location);
            let named = |grant: &crate::rules::grants::Grant<'_>| {
                let all = grant.resources.iter().flatten();
                all.copied().any(|pattern| !pattern.starts_with('*') && pattern.starts_with(&arn))
            };
            if access.grants.iter().any(|grant| grant.allows("lambda:InvokeFunction") && named(grant)) {
                put(machine, String::new(), Some(function));
            }
        }
    }
    hops
}

/// A function behind whatever calls it, or another resource.
fn called<'a>(world: &'a World, node: &'a Node) -> Option<&'a Resource> {
    let text = node.text()?;
    callee(world, text).map(|callee| callee.function).or_else(|| world.find(text))
}

/// The buckets of whose new objects a pattern tells, each with a pattern of keys.
fn buckets<'a>(world: &'a World, pattern: &Node) -> Vec<(&'a Resource, String)> {
    let has = |path: &str, value: &str| {
        let items = pattern.at(path).items();
        items.is_empty() || items.iter().any(|item| item.text() == Some(value))
    };
    if pattern.get("source").items().is_empty() || !has("source", "aws.s3") || !has("detail-type", "Object Created") {
        return Vec::new();
    }
    let names = pattern.at("detail.bucket.name").items();
    let of_name = |name: &Node| name.text().and_then(|name| world.find(name));
    let found = names.iter().filter_map(of_name).filter(|found| found.kind == BUCKET);
    let keys = pattern.at("detail.object.key").items();
    let keys: Vec<_> = if keys.is_empty() { vec!["*".to_owned()] } else { keys.iter().filter_map(key).collect() };
    found.flat_map(|bucket| keys.iter().map(move |key| (bucket, key.clone()))).collect()
}

/// None where a leaf names what is left out: that may be just what is written.
fn key(leaf: &Node) -> Option<String> {
    let text = |operator: &str| leaf.get(operator).text();
    let whole = leaf.text().or_else(|| text("wildcard")).map(str::to_owned);
    let begin = || text("prefix").map(|prefix| format!("{prefix}*"));
    whole.or_else(begin).or_else(|| text("suffix").map(|suffix| format!("*{suffix}")))
}
