//! A dashboard's body, as it means: widgets with their places, metrics with what a dot repeats written out.

use serde_json::Value;
use std::fmt;

use crate::world::World;

pub(super) struct Board<'a> {
    pub(super) widgets: Vec<Widget<'a>>,
}

pub(super) struct Widget<'a> {
    /// None where it is left to CloudWatch.
    pub(super) place: Option<Place>,
    pub(super) metrics: Vec<Metric>,
    /// By their ARNs.
    pub(super) alarms: Vec<&'a str>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    x: i64,
    y: i64,
    width: i64,
    height: i64,
}

/// Namespace, name, and dimensions with their values, in a row.
pub(super) struct Metric {
    parts: Vec<String>,
    /// Of another account, or of a region other than the dashboard's own.
    elsewhere: Option<String>,
}

impl<'a> Board<'a> {
    pub(super) fn read(widgets: &'a [Value]) -> Self {
        Self { widgets: widgets.iter().map(Widget::read).collect() }
    }
}

impl<'a> Widget<'a> {
    fn read(widget: &'a Value) -> Self {
        let properties = &widget["properties"];
        let alarms = properties["alarms"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        Self { place: Place::read(widget), metrics: metrics(properties), alarms }
    }
}

impl Place {
    fn read(widget: &Value) -> Option<Self> {
        let number = |name: &str| widget[name].as_i64();
        Some(Self { x: number("x")?, y: number("y")?, width: number("width")?, height: number("height")? })
    }

    pub(super) fn fits(self) -> bool {
        self.x >= 0 && self.y >= 0 && self.width >= 1 && self.height >= 1 && self.x.saturating_add(self.width) <= 24
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        let meets =
            |a: i64, a_long: i64, b: i64, b_long: i64| a < b.saturating_add(b_long) && b < a.saturating_add(a_long);
        meets(self.x, self.width, other.x, other.width) && meets(self.y, self.height, other.y, other.height)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {} at column {}, row {}", self.width, self.height, self.x, self.y)
    }
}

fn metrics(properties: &Value) -> Vec<Metric> {
    let mut all: Vec<Metric> = Vec::new();
    for written in properties["metrics"].as_array().into_iter().flatten().filter_map(Value::as_array) {
        let options = written.last().filter(|last| last.is_object());
        let region = options.and_then(|options| options["region"].as_str()).or(properties["region"].as_str());
        let account = options.is_some_and(|options| options["accountId"].is_string());
        let elsewhere = if account { Some("account".to_owned()) } else { region.map(str::to_owned) };
        let before = all.last().map(|metric| metric.parts.clone()).unwrap_or_default();
        let texts: Vec<_> = written.iter().filter_map(Value::as_str).collect();
        all.push(Metric { parts: written_out(&texts, &before), elsewhere });
    }
    all
}

/// A dot is what stood there in the metric before, three of them are all that is not said.
fn written_out(texts: &[&str], before: &[String]) -> Vec<String> {
    let (mut parts, rest) = match texts.split_first() {
        Some((&"...", rest)) => (before[..before.len().saturating_sub(rest.len())].to_vec(), rest),
        _ => (Vec::new(), texts),
    };
    for text in rest {
        let same = before.get(parts.len()).filter(|_| *text == ".");
        parts.push(same.cloned().unwrap_or_else(|| (*text).to_owned()));
    }
    parts
}

impl Metric {
    /// Namespace, dimension and value of each; none of a metric that is not of this region and account.
    pub(super) fn dimensions(&self, region: &str) -> Vec<(String, String, String)> {
        let here = self.elsewhere.as_deref().is_none_or(|place| place == region);
        let (Some(namespace), Some(dimensions), true) = (self.parts.first(), self.parts.get(2..), here) else {
            return Vec::new();
        };
        let pair = |pair: &[String]| Some((namespace.clone(), pair.first()?.clone(), pair.get(1)?.clone()));
        dimensions.chunks(2).filter_map(pair).collect()
    }
}

/// Which types a dimension names, and by which property.
const KINDS: [(&str, &str, &str); 13] = [
    ("ClusterIdentifier", "AWS::Redshift::Cluster", "ClusterIdentifier"),
    ("ClusterName", "AWS::ECS::Cluster", "ClusterName"),
    ("DBInstanceIdentifier", "AWS::RDS::DBInstance", "DBInstanceIdentifier"),
    ("DeliveryStreamName", "AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName"),
    ("FunctionName", "AWS::Lambda::Function", "FunctionName"),
    ("QueueName", "AWS::SQS::Queue", "QueueName"),
    ("ReplicationInstanceIdentifier", "AWS::DMS::ReplicationInstance", "ReplicationInstanceIdentifier"),
    ("StateMachineArn", "AWS::StepFunctions::StateMachine", "StateMachineName"),
    ("StreamName", "AWS::Kinesis::Stream", "Name"),
    ("TableName", "AWS::DynamoDB::Table", "TableName"),
    ("TaskDefinitionFamily", "AWS::ECS::TaskDefinition", "Family"),
    ("WorkGroup", "AWS::Athena::WorkGroup", "Name"),
    ("Workgroup", "AWS::RedshiftServerless::Workgroup", "WorkgroupName"),
];

/// Whether there is what a dimension names; none where it does not name a resource.
pub(super) fn named(world: &World, namespace: &str, dimension: &str, value: &str) -> Option<bool> {
    let mut kinds = KINDS.iter().filter(|(known, ..)| *known == dimension).peekable();
    kinds.peek()?;
    // Metrics of one's own are also counted by tasks.
    let task = (dimension == "FunctionName" && !namespace.starts_with("AWS/"))
        .then_some(("AWS::ECS::TaskDefinition", "Family"));
    let all = kinds.map(|(_, kind, property)| (*kind, *property)).chain(task);
    let is_it = |(kind, property): (&str, &str)| {
        world.of_kind(kind).any(|resource| {
            let known = resource.get(property);
            known.is_unknown()
                || known.text() == Some(value)
                || resource.name() == value
                || resource.arn(&world.location) == value
                // What refers to a name that AWS makes up.
                || value.contains(&format!("{{{}.{}", resource.stack, resource.id))
        })
    };
    let mut all = all;
    Some(all.any(is_it))
}
