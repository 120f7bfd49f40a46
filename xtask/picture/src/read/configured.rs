//! Arrows that a resource's own properties tell of.

use check::asl::{self, Definition, State};
use check::node::Node;
use check::world::Resource;

use super::{Sketch, pipeline_of};
use crate::graph::{Kind, Verb};

pub(super) fn draw(sketch: &mut Sketch<'_>) {
    for resource in sketch.reading.world.resources() {
        match resource.kind.as_str() {
            "AWS::Lambda::EventSourceMapping" => mapping(sketch, resource),
            "AWS::Lambda::EventInvokeConfig" => given_up(sketch, resource),
            "AWS::SQS::Queue" => to(sketch, resource, Verb::GivesUp, resource.get("RedrivePolicy.deadLetterTargetArn")),
            "AWS::S3::Bucket" => notifications(sketch, resource),
            "AWS::Events::Rule" => rule(sketch, resource),
            "AWS::Scheduler::Schedule" => {
                to(sketch, resource, Verb::Starts, resource.get("Target.Arn"));
                to(sketch, resource, Verb::GivesUp, resource.get("Target.DeadLetterConfig.Arn"));
            }
            "AWS::KinesisFirehose::DeliveryStream" => delivery(sketch, resource),
            "AWS::StepFunctions::StateMachine" => machine(sketch, resource),
            "AWS::DMS::ReplicationTask" => replication(sketch, resource),
            "AWS::Glue::Table" => located(sketch, resource),
            "AWS::Athena::NamedQuery" => query(sketch, resource),
            "AWS::Athena::WorkGroup" => {
                let place = resource.get("WorkGroupConfiguration.ResultConfiguration.OutputLocation");
                if let Some((bucket, prefix)) = place.text().and_then(|uri| in_bucket(sketch, uri)) {
                    sketch.arrow(resource, Verb::Writes, bucket, Some(prefix));
                }
            }
            "AWS::Lambda::Function" => {
                let variables = resource.get("Environment.Variables").entries();
                services(sketch, resource, variables.iter().map(|variable| &variable.value));
            }
            "AWS::ECS::TaskDefinition" => {
                let containers = resource.get("ContainerDefinitions").items().iter();
                let values: Vec<&Node> = containers
                    .flat_map(|container| container.get("Environment").items())
                    .map(|variable| variable.get("Value"))
                    .collect();
                services(sketch, resource, values.into_iter());
            }
            _ => {}
        }
    }
}

/// From a resource to what a property refers to.
fn to(sketch: &mut Sketch<'_>, from: &Resource, verb: Verb, property: &Node) {
    if let Some(target) = property.text().and_then(|text| sketch.reading.behind(text)) {
        sketch.arrow(from, verb, target, None);
    }
}

fn mapping(sketch: &mut Sketch<'_>, mapping: &Resource) {
    let source = mapping.text("EventSourceArn").and_then(|arn| sketch.reading.behind(arn));
    let function = mapping.text("FunctionName").and_then(|name| sketch.reading.behind(name));
    if let (Some(source), Some(function)) = (source, function) {
        sketch.arrow(source, Verb::Triggers, function, None);
    }
    given_up(sketch, mapping);
}

/// What a function could not do.
fn given_up(sketch: &mut Sketch<'_>, of: &Resource) {
    if let Some(function) = of.text("FunctionName").and_then(|name| sketch.reading.behind(name)) {
        to(sketch, function, Verb::GivesUp, of.get("DestinationConfig.OnFailure.Destination"));
    }
}

fn notifications(sketch: &mut Sketch<'_>, bucket: &Resource) {
    let told =
        [("QueueConfigurations", "Queue"), ("TopicConfigurations", "Topic"), ("LambdaConfigurations", "Function")];
    for (list, target) in told {
        for item in bucket.get("NotificationConfiguration").get(list).items() {
            let rules = item.at("Filter.S3Key.Rules").items();
            let prefix = rules.iter().find(|rule| rule.get("Name").text() == Some("prefix"));
            let prefix = prefix.and_then(|rule| rule.get("Value").text());
            if let Some(target) = item.get(target).text().and_then(|text| sketch.reading.behind(text)) {
                sketch.arrow(bucket, Verb::Tells, target, prefix);
            }
        }
    }
}

/// What happens in a bucket that a rule hands on.
fn rule(sketch: &mut Sketch<'_>, rule: &Resource) {
    let detail = rule.get("EventPattern.detail");
    let prefix = detail.at("object.key").items().iter().find_map(|key| key.get("prefix").text());
    for name in detail.at("bucket.name").items() {
        if let Some(bucket) = name.text().and_then(|name| sketch.reading.behind(name)) {
            sketch.arrow(bucket, Verb::Tells, rule, prefix);
        }
    }
    for target in rule.get("Targets").items() {
        to(sketch, rule, Verb::Tells, target.get("Arn"));
        to(sketch, rule, Verb::GivesUp, target.at("DeadLetterConfig.Arn"));
    }
}

fn delivery(sketch: &mut Sketch<'_>, delivery: &Resource) {
    let source = delivery.get("KinesisStreamSourceConfiguration.KinesisStreamARN");
    if let Some(source) = source.text().and_then(|arn| sketch.reading.behind(arn)) {
        sketch.arrow(source, Verb::Delivers, delivery, None);
    }
    for list in ["ExtendedS3DestinationConfiguration", "S3DestinationConfiguration"] {
        let list = delivery.get(list);
        let Some(bucket) = list.get("BucketARN").text().and_then(|arn| sketch.reading.behind(arn)) else { continue };
        for prefix in ["Prefix", "ErrorOutputPrefix"] {
            let fixed = list.get(prefix).text().map(|prefix| prefix.split("!{").next().unwrap_or_default());
            sketch.arrow(delivery, Verb::Delivers, bucket, fixed);
        }
    }
}

/// What each service that a state can call is asked for.
const CALLS: [(&str, Kind, Verb); 7] = [
    ("lambda:", Kind::Function, Verb::Starts),
    ("ecs:runTask", Kind::Task, Verb::Starts),
    ("glue:startJobRun", Kind::Job, Verb::Starts),
    ("states:startExecution", Kind::Machine, Verb::Starts),
    ("sns:publish", Kind::Topic, Verb::Publishes),
    ("sqs:sendMessage", Kind::Queue, Verb::Sends),
    ("dynamodb:", Kind::Table, Verb::Writes),
];

fn machine(sketch: &mut Sketch<'_>, resource: &Resource) {
    let Definition::Known(machine) = asl::definition(resource) else { return };
    machine.visit(&mut Vec::new(), &mut |machine, _| {
        for state in &machine.states {
            task(sketch, resource, state);
        }
    });
}

fn task(sketch: &mut Sketch<'_>, machine: &Resource, state: &State) {
    let service = state.service().unwrap_or_default();
    let Some((_, kind, verb)) = CALLS.iter().find(|(call, ..)| service.starts_with(call)) else { return };
    let mut named = Vec::new();
    state.node.walk(&mut |node| named.extend(node.text()));
    for text in named {
        let behind = sketch.reading.behind(text);
        if let Some(called) = behind.filter(|one| super::kind_of(&one.kind) == Some(*kind)) {
            sketch.arrow(machine, *verb, called, None);
        }
    }
}

fn replication(sketch: &mut Sketch<'_>, task: &Resource) {
    let world = sketch.reading.world;
    let end = |key: &str| task.text(key).and_then(|arn| world.find(arn));
    if let Some(source) = end("SourceEndpointArn") {
        let folder = source.text("S3Settings.BucketFolder");
        if let Some(bucket) = source.text("S3Settings.BucketName").and_then(|name| sketch.reading.behind(name)) {
            sketch.arrow(bucket, Verb::Reads, task, folder);
        }
    }
    let secret = end("TargetEndpointArn").and_then(|target| target.text("PostgreSqlSettings.SecretsManagerSecretId"));
    if let Some(database) = secret.and_then(|secret| sketch.reading.behind(secret)) {
        sketch.arrow(task, Verb::Loads, database, None);
    }
}

/// The bucket and the place in it that an `s3://` address names.
fn in_bucket<'a, 't>(sketch: &Sketch<'a>, uri: &'t str) -> Option<(&'a Resource, &'t str)> {
    let (name, prefix) = uri.strip_prefix("s3://")?.split_once('/')?;
    Some((sketch.reading.behind(name)?, prefix))
}

fn located(sketch: &mut Sketch<'_>, table: &Resource) {
    let location = table.text("TableInput.StorageDescriptor.Location");
    if let Some((bucket, prefix)) = location.and_then(|uri| in_bucket(sketch, uri)) {
        sketch.arrow(bucket, Verb::Reads, table, Some(prefix));
    }
}

/// A saved query reads the tables of its database.
fn query(sketch: &mut Sketch<'_>, query: &Resource) {
    let Some(group) = query.text("WorkGroup").and_then(|name| sketch.reading.behind(name)) else { return };
    for table in sketch.reading.world.of_kind("AWS::Glue::Table") {
        if table.text("DatabaseName").is_some() && table.text("DatabaseName") == query.text("Database") {
            sketch.arrow(table, Verb::Reads, group, None);
        }
    }
}

/// Web services that a program is told the address of.
fn services<'n>(sketch: &mut Sketch<'_>, reader: &Resource, values: impl Iterator<Item = &'n Node>) {
    for value in values.filter_map(Node::text) {
        let address = ["https://", "http://"].into_iter().find_map(|scheme| value.strip_prefix(scheme));
        let host = address.and_then(|address| address.split('/').next()).unwrap_or_default();
        // A queue's URL is one of AWS's own.
        if host.is_empty() || host.ends_with("amazonaws.com") {
            continue;
        }
        if let Some(reader_number) = sketch.number(reader) {
            let source = sketch.outside(host, pipeline_of(reader));
            sketch.between(source, Verb::Reads, reader_number, None);
        }
    }
}
