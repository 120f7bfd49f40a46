use super::delivery::{buckets, expressions};
use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "firehose-prefix",
    severity: Severity::Error,
    says: "Objects are not stored under the partitions that readers look for, or Firehose refuses the prefix",
    fix: "End the prefix with a slash, and take each partition key of it from a query or a function that is set up",
    link: Some("https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html"),
    check,
    passing: "
Resources:
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration:
        BucketARN: arn:aws:s3:::lake
        RoleARN: arn:aws:iam::111111111111:role/deliver
        Prefix: data/city=!{partitionKeyFromQuery:city}/date=!{timestamp:yyyy-MM-dd}/
        ErrorOutputPrefix: errors/!{firehose:error-output-type}/
        BufferingHints: {SizeInMBs: 64, IntervalInSeconds: 60}
        DynamicPartitioningConfiguration: {Enabled: true}
        ProcessingConfiguration:
          Enabled: true
          Processors:
            - Type: MetadataExtraction
              Parameters:
                - {ParameterName: MetadataExtractionQuery, ParameterValue: '{city: .city}'}
                - {ParameterName: JsonParsingEngine, ParameterValue: JQ-1.6}
",
    failing: "
Resources:
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration:
        BucketARN: arn:aws:s3:::lake
        RoleARN: arn:aws:iam::111111111111:role/deliver
        Prefix: data/city=!{partitionKeyFromQuery:city}/date=!{timestamp:yyyy-MM-dd}
        ErrorOutputPrefix: errors/!{firehose:error-output-type}/
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for (delivery, config) in buckets(world) {
        let written = config.get("Prefix");
        let partitioned = config.at("DynamicPartitioningConfiguration.Enabled").bool() == Some(true);
        if written.is_unknown() {
            findings.unknown(delivery, "its prefix");
            continue;
        }
        let prefix = written.text().unwrap_or_default();
        if !prefix.is_empty() && !prefix.ends_with('/') {
            findings.at(delivery, written, format!("{prefix} ends without a slash, and runs into the objects' names"));
        }
        let all = match expressions(prefix) {
            Ok(all) => all,
            Err(fault) => {
                findings.at(delivery, written, fault);
                continue;
            }
        };
        if partitioned && !all.iter().any(|(namespace, _)| namespace.starts_with("partitionKeyFrom")) {
            findings.at(delivery, written, "dynamic partitioning is on, and the prefix names no partition key");
        }
        for (namespace, value) in all {
            if let Some(fault) = fault(config, partitioned, namespace, value) {
                findings.at(delivery, written, fault);
            }
        }
    }
}

fn fault(config: &Node, partitioned: bool, namespace: &str, value: &str) -> Option<String> {
    let processors = || config.at("ProcessingConfiguration.Processors").items().iter();
    let is = |processor: &&Node, kind: &str| processor.get("Type").text() == Some(kind);
    match namespace {
        "timestamp" => None,
        "firehose" if value == "random-string" => None,
        "firehose" => Some(format!("firehose:{value} is not for the prefix of data")),
        "partitionKeyFromQuery" | "partitionKeyFromLambda" if !partitioned => {
            Some(format!("{namespace}:{value} takes dynamic partitioning, which is not on"))
        }
        "partitionKeyFromLambda" => processors()
            .all(|processor| !is(&processor, "Lambda"))
            .then(|| format!("no function is set up that could give the partition key {value}")),
        "partitionKeyFromQuery" => {
            let extracting = processors().filter(|processor| is(processor, "MetadataExtraction"));
            let mut parameters = extracting.flat_map(|processor| processor.get("Parameters").items());
            let query = parameters.find(|one| one.get("ParameterName").text() == Some("MetadataExtractionQuery"));
            match query.map(|query| query.get("ParameterValue")) {
                Some(query) if query.text().is_some_and(|query| !query.contains(value)) => {
                    Some(format!("the query does not give the partition key {value}"))
                }
                Some(_) => None,
                None => Some(format!("no query is set up that could give the partition key {value}")),
            }
        }
        other => Some(format!("there is no namespace {other}")),
    }
}
