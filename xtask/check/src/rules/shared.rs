//! What rules of several families ask: which mappings there are, and which function a name or an ARN calls.

use crate::node::Node;
use crate::world::{Resource, World};

pub(super) const ALIAS: &str = "AWS::Lambda::Alias";
pub(super) const BUCKET: &str = "AWS::S3::Bucket";
pub(super) const FUNCTION: &str = "AWS::Lambda::Function";
pub(super) const QUEUE: &str = "AWS::SQS::Queue";
pub(super) const RULE: &str = "AWS::Events::Rule";
pub(super) const SCHEDULE: &str = "AWS::Scheduler::Schedule";
pub(super) const STREAM: &str = "AWS::Kinesis::Stream";
pub(super) const TABLE: &str = "AWS::DynamoDB::Table";
pub(super) const TOPIC: &str = "AWS::SNS::Topic";
pub(super) const VERSION: &str = "AWS::Lambda::Version";

/// Two resources are the same if they are the same place in the world.
pub(super) fn same(one: &Resource, other: &Resource) -> bool {
    std::ptr::eq(one, other)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Queue,
    /// Of Kinesis or of a table.
    Stream,
}

/// An event source mapping, with what it joins where these stacks have it.
pub(super) struct Mapping<'a> {
    pub(super) resource: &'a Resource,
    pub(super) source: Option<&'a Resource>,
    pub(super) callee: Option<Callee<'a>>,
}

/// A function, and the alias, version or qualifier by which it is called.
#[derive(Clone, Copy)]
pub(super) struct Callee<'a> {
    pub(super) function: &'a Resource,
    pub(super) by: Option<&'a str>,
}

impl<'a> Mapping<'a> {
    pub(super) fn function(&self) -> Option<&'a Resource> {
        self.callee.map(|callee| callee.function)
    }
}

pub(super) fn mappings(world: &World, of: Source) -> Vec<Mapping<'_>> {
    let all = world.of_kind("AWS::Lambda::EventSourceMapping");
    let mapping = |resource| {
        let source = resource_at(world, resource, "EventSourceArn").and_then(|source| match source.kind.as_str() {
            "AWS::Kinesis::StreamConsumer" => resource_at(world, source, "StreamARN"),
            _ => Some(source),
        });
        (kind(resource, source) == Some(of)).then(|| Mapping {
            resource,
            source,
            callee: resource.text("FunctionName").and_then(|name| callee(world, name)),
        })
    };
    all.filter_map(mapping).collect()
}

/// The resource to which a property refers.
pub(super) fn resource_at<'a>(world: &'a World, resource: &Resource, path: &str) -> Option<&'a Resource> {
    resource.text(path).and_then(|text| world.find(text))
}

fn kind(mapping: &Resource, source: Option<&Resource>) -> Option<Source> {
    let service = mapping.text("EventSourceArn").and_then(|arn| arn.split(':').nth(2));
    match (source.map(|source| source.kind.as_str()), service) {
        (Some(QUEUE), _) | (_, Some("sqs")) => Some(Source::Queue),
        (Some(STREAM | TABLE), _) | (_, Some("kinesis" | "dynamodb")) => Some(Source::Stream),
        // A consumer of a stream that is elsewhere.
        _ if mapping.text("EventSourceArn").is_some_and(|text| text.ends_with(".ConsumerARN}")) => Some(Source::Stream),
        _ if !mapping.get("EventSourceArn").is_unknown() => None,
        // Where the source is a parameter, what is said of it tells what it is.
        _ if !mapping.get("Topics").is_missing() || !mapping.get("Queues").is_missing() => None,
        _ if !mapping.get("StartingPosition").is_missing() => Some(Source::Stream),
        _ if !mapping.get("ScalingConfig").is_missing() => Some(Source::Queue),
        _ => None,
    }
}

/// What a name, an ARN, or a reference to a version or an alias calls.
pub(super) fn callee<'a>(world: &'a World, text: &'a str) -> Option<Callee<'a>> {
    let (plain, qualifier) = match text.strip_prefix("arn:") {
        Some(_) => (text, text.split(':').nth(7)),
        None => text.split_once(':').map_or((text, None), |(name, qualifier)| (name, Some(qualifier))),
    };
    let found = world.find(text).or_else(|| world.find(plain))?;
    match found.kind.as_str() {
        FUNCTION => Some(Callee { function: found, by: qualifier.filter(|qualifier| *qualifier != "$LATEST") }),
        ALIAS | VERSION => {
            let function = resource_at(world, found, "FunctionName").filter(|behind| behind.kind == FUNCTION)?;
            let by = found.text("Name").filter(|_| found.kind == ALIAS).unwrap_or(&found.id);
            Some(Callee { function, by: Some(by) })
        }
        _ => None,
    }
}

/// An alias of the function, where there is one.
pub(super) fn alias_of<'a>(world: &'a World, function: &Resource) -> Option<&'a Resource> {
    world.of_kind(ALIAS).find(|alias| {
        let behind = alias.text("FunctionName").and_then(|name| callee(world, name));
        behind.is_some_and(|behind| same(behind.function, function))
    })
}

/// Whether a mapping tells which records of a batch failed.
pub(super) fn reports_failures(mapping: &Resource) -> Option<bool> {
    let types = mapping.get("FunctionResponseTypes");
    let reports = types.items().iter().any(|kind| kind.text() == Some("ReportBatchItemFailures"));
    (!types.is_unknown()).then_some(reports)
}

/// A number or its default; none where it cannot be known.
pub(super) fn number_or(node: &Node, default: f64) -> Option<f64> {
    if node.is_missing() { Some(default) } else { node.number() }
}

/// What a value as it was written refers to, by `Ref` or within a `Fn::Sub`: names of parameters, among others.
pub(super) fn parameters_in(written: &Node) -> Vec<&str> {
    let mut names = Vec::new();
    written.walk(&mut |node| {
        names.extend(node.get("Ref").text());
        let pattern = node.get("Fn::Sub").items().first().and_then(Node::text).unwrap_or_default();
        names.extend(pattern.split("${").skip(1).filter_map(|rest| rest.split('}').next()).map(str::trim));
    });
    names
}
