//! What a function can write to, by its role and, where that tells more, its environment.

use super::hops::Hop;
use crate::rules::glob::{covers, meet};
use crate::rules::grants::{Access, access, role_of};
use crate::rules::shared::{BUCKET, FUNCTION, QUEUE, STREAM, TABLE, TOPIC};
use crate::world::{Resource, World};

const DELIVERY: &str = "AWS::KinesisFirehose::DeliveryStream";
const ACTIONS: [(&str, &[&str]); 6] = [
    (BUCKET, &["s3:PutObject"]),
    (QUEUE, &["sqs:SendMessage"]),
    (TOPIC, &["sns:Publish"]),
    (STREAM, &["kinesis:PutRecord", "kinesis:PutRecords"]),
    (TABLE, &["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]),
    (DELIVERY, &["firehose:PutRecord", "firehose:PutRecordBatch"]),
];
/// A variable of such a name says where something is read.
const READS: [&str; 6] = ["INPUT", "SOURCE", "INCOMING", "READ", "FROM", "LANDING"];

pub(super) enum Writer<'a> {
    Function { access: Access<'a>, environment: Vec<(&'a str, &'a str)> },
    Delivery { bucket: &'a str, keys: String },
}

impl<'a> Writer<'a> {
    pub(super) fn of(world: &'a World, resource: &'a Resource) -> Option<Self> {
        match resource.kind.as_str() {
            FUNCTION => {
                let access = access(world, role_of(world, resource, "Role")?);
                let variables = resource.get("Environment.Variables").entries().iter();
                let environment = variables.filter_map(|one| Some((one.key.as_str(), one.value.text()?))).collect();
                Some(Self::Function { access, environment })
            }
            DELIVERY => {
                let configs =
                    ["ExtendedS3DestinationConfiguration", "S3DestinationConfiguration"].map(|key| resource.get(key));
                let config = configs.into_iter().find(|config| !config.entries().is_empty())?;
                let prefix = config.get("Prefix").text().unwrap_or_default();
                let head = prefix.split("!{").next().unwrap_or_default();
                Some(Self::Delivery { bucket: config.get("BucketARN").text()?, keys: format!("{head}*") })
            }
            _ => None,
        }
    }

    /// Whether something that it writes starts a hop.
    pub(super) fn writes(&self, world: &World, hop: &Hop<'_>) -> bool {
        let arn = hop.at.arn(&world.location);
        match self {
            Self::Delivery { bucket, keys } => *bucket == arn && meet(keys, &hop.keys),
            Self::Function { access, environment } => {
                let Some((_, actions)) = ACTIONS.iter().find(|(kind, _)| *kind == hop.at.kind) else { return false };
                let asked = if hop.at.kind == BUCKET { format!("{arn}/{}", hop.keys) } else { arn.clone() };
                let allowed = actions
                    .iter()
                    .any(|action| allowed(access, action, &asked, &arn, &|| named(world, hop.at, environment)));
                allowed && (hop.at.kind != BUCKET || within(hop, environment))
            }
        }
    }
}

fn allowed(access: &Access<'_>, action: &str, asked: &str, arn: &str, named: &dyn Fn() -> bool) -> bool {
    let patterns = |resources: &Option<Vec<&str>>, fits: &dyn Fn(&str) -> bool| {
        resources.as_ref().is_some_and(|all| all.iter().any(|pattern| fits(pattern)))
    };
    let denied = |pattern: &str| covers(pattern, asked) || pattern == format!("{arn}/*");
    if access.denials.iter().any(|denial| denial.allows(action) && patterns(&denial.resources, &denied)) {
        return false;
    }
    // A pattern that fits any resource says little of what is written: there the environment has to name it.
    let fits = |pattern: &str| meet(pattern, asked) && (is_of(pattern, arn) || named());
    access.grants.iter().any(|grant| grant.allows(action) && patterns(&grant.resources, &fits))
}

/// Whether a pattern is written for one resource.
fn is_of(pattern: &str, arn: &str) -> bool {
    pattern == arn || pattern.strip_prefix(arn).is_some_and(|rest| rest.starts_with(['/', '*']))
}

/// Whether the environment names a resource, or there is only this one of its kind and it names none.
fn named(world: &World, resource: &Resource, environment: &[(&str, &str)]) -> bool {
    let behind = |value: &&(&str, &str)| {
        let text = value.1.strip_prefix("s3://").map_or(value.1, |uri| uri.split('/').next().unwrap_or_default());
        world.find(text).filter(|found| found.kind == resource.kind)
    };
    let all: Vec<_> = environment.iter().filter_map(|value| behind(&value)).collect();
    if all.is_empty() {
        world.of_kind(&resource.kind).count() == 1
    } else {
        all.iter().any(|found| std::ptr::eq(*found, resource))
    }
}

/// Whether a key that starts the hop is among those that the environment tells the function to write, if it tells.
fn within(hop: &Hop<'_>, environment: &[(&str, &str)]) -> bool {
    let bucket = hop.at.name();
    let prefix_of = |(key, value): &(&str, &'_ str)| {
        let of_bucket = value.strip_prefix("s3://").and_then(|uri| uri.strip_prefix(&bucket)?.strip_prefix('/'));
        let prefix =
            of_bucket.or_else(|| key.ends_with("PREFIX").then_some(*value)).filter(|prefix| !prefix.is_empty());
        prefix.map(|prefix| ((*key).to_owned(), format!("{prefix}*")))
    };
    let all: Vec<_> = environment.iter().filter_map(prefix_of).collect();
    let reads = |key: &str| READS.iter().any(|word| key.split('_').any(|part| part == *word));
    let mut writes = all.iter().filter(|(key, _)| !reads(key)).peekable();
    writes.peek().is_none() || writes.any(|(_, prefix)| meet(prefix, &hop.keys))
}
