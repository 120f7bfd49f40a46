//! What is there for the sake of something else: a role for its function, logs, policies, alarms.

use check::node::Node;
use check::world::{Resource, World};
use std::collections::BTreeMap;

use super::kind_of;

/// Where a resource names what it is there for.
const NAMED_IN: [(&str, &[&str]); 20] = [
    ("AWS::Athena::NamedQuery", &["WorkGroup"]),
    ("AWS::CloudWatch::Alarm", &["Dimensions", "Metrics"]),
    ("AWS::CodeDeploy::DeploymentGroup", &["AlarmConfiguration"]),
    ("AWS::IAM::ManagedPolicy", &["Roles"]),
    ("AWS::IAM::Policy", &["Roles"]),
    ("AWS::IAM::RolePolicy", &["RoleName"]),
    ("AWS::Lambda::Alias", &["FunctionName"]),
    ("AWS::Lambda::EventInvokeConfig", &["FunctionName"]),
    ("AWS::Lambda::EventSourceMapping", &["FunctionName"]),
    ("AWS::Lambda::Permission", &["FunctionName"]),
    ("AWS::Lambda::Url", &["FunctionName"]),
    ("AWS::Lambda::Version", &["FunctionName"]),
    ("AWS::Logs::LogStream", &["LogGroupName"]),
    ("AWS::Logs::SubscriptionFilter", &["LogGroupName"]),
    ("AWS::S3::BucketPolicy", &["Bucket"]),
    ("AWS::SNS::Subscription", &["TopicArn"]),
    ("AWS::SNS::TopicPolicy", &["Topics"]),
    ("AWS::SQS::QueuePolicy", &["Queues"]),
    ("AWS::StepFunctions::StateMachineAlias", &["RoutingConfiguration"]),
    ("AWS::StepFunctions::StateMachineVersion", &["StateMachineArn"]),
];

type Key<'a> = (&'a str, &'a str);

pub struct Owners<'a> {
    /// Each resource that is drawn, or folded into one that is, with that one.
    drawn: BTreeMap<Key<'a>, &'a Resource>,
    all: Vec<&'a Resource>,
    code: Vec<&'a Resource>,
}

fn key(resource: &Resource) -> Key<'_> {
    (&resource.stack, &resource.id)
}

impl<'a> Owners<'a> {
    pub fn of(world: &'a World) -> Self {
        let all: Vec<_> = world.resources().collect();
        let mut owners = Self { drawn: BTreeMap::new(), code: code(world), all };
        for resource in owners.all.clone() {
            if kind_of(&resource.kind).is_some() {
                owners.drawn.insert(key(resource), resource);
            }
        }
        // What is folded may itself have something folded into it: until there is nothing more.
        loop {
            let left = owners.all.iter().filter(|one| !owners.drawn.contains_key(&key(one)));
            let found: Vec<_> = left
                .filter_map(|one| Some((key(one), owners.named(world, one).or_else(|| owners.asked(world, one))?)))
                .collect();
            if found.is_empty() {
                return owners;
            }
            owners.drawn.extend(found);
        }
    }

    /// The resource that is drawn for this one: itself, or what it is folded into.
    pub fn drawn(&self, resource: &Resource) -> Option<&'a Resource> {
        self.drawn.get(&key(resource)).copied()
    }

    pub fn helpers(&self, owner: &'a Resource) -> impl Iterator<Item = &'a Resource> {
        let of = move |one: &Resource| self.drawn(one).is_some_and(|drawn| key(drawn) == key(owner));
        self.all.iter().copied().filter(move |one| of(one) && key(one) != key(owner))
    }

    /// Whether it is a bucket that holds what functions and jobs are made of, which is no part of a pipeline.
    pub fn is_code(&self, resource: &Resource) -> bool {
        self.code.iter().any(|code| key(code) == key(resource))
    }

    /// By what it says of itself.
    fn named(&self, world: &'a World, resource: &Resource) -> Option<&'a Resource> {
        let (_, paths) = NAMED_IN.iter().find(|(kind, _)| *kind == resource.kind)?;
        let mut found = None;
        for path in *paths {
            resource.get(path).walk(&mut |node: &Node| {
                let behind = node.text().and_then(|text| world.find(text)).and_then(|one| self.drawn(one));
                found = found.or(behind);
            });
        }
        found
    }

    /// By who refers to it, where all of them come to one thing.
    fn asked(&self, world: &World, resource: &Resource) -> Option<&'a Resource> {
        if NAMED_IN.iter().any(|(kind, _)| *kind == resource.kind) {
            return None;
        }
        // Who may pass a role on, or is told of it, does not have it; and what shifts a function's calls is not the function.
        let has = |one: &Resource| {
            let properties = one.properties.entries().iter().filter(|entry| entry.key != "Environment");
            let mut has = false;
            for property in properties {
                property.value.walk(&mut |node| {
                    let found = node.text().and_then(|text| world.find(text));
                    has |= found.is_some_and(|found| key(found) == key(resource));
                });
            }
            has && !["AWS::IAM::", "AWS::CodeDeploy::"].iter().any(|begin| one.kind.starts_with(begin))
        };
        let is_role = resource.kind == "AWS::IAM::Role";
        let refers = |one: &&&Resource| {
            let refers = one.stack == resource.stack && one.refers_to().any(|id| id == resource.id);
            refers && (!is_role || has(one))
        };
        let mut found: Option<&Resource> = None;
        for one in self.all.iter().filter(refers) {
            // One that leads nowhere yet may lead somewhere else.
            let drawn = self.drawn(one)?;
            if found.is_some_and(|before| key(before) != key(drawn)) {
                return None;
            }
            found = Some(drawn);
        }
        found
    }
}

/// The buckets from which code is taken.
fn code(world: &World) -> Vec<&Resource> {
    let places = world.resources().filter_map(|resource| match resource.kind.as_str() {
        "AWS::Lambda::Function" => resource.text("Code.S3Bucket"),
        _ => None,
    });
    let mut buckets: Vec<&Resource> = places.filter_map(|place| world.find(place)).collect();
    buckets.dedup_by_key(|bucket| key(bucket));
    buckets
}
