use super::delivery::buckets;
use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "firehose-buffering",
    severity: Severity::Error,
    says: "Firehose refuses the buffer, and the stack is rolled back",
    fix: "Keep IntervalInSeconds within 0 and 900 and SizeInMBs within 1 and 128 for a bucket; with dynamic \
          partitioning or format conversion at least 64 MB",
    link: Some("https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html"),
    check,
    passing: "
Resources:
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration:
        BucketARN: arn:aws:s3:::lake
        RoleARN: arn:aws:iam::111111111111:role/deliver
        Prefix: data/
        ErrorOutputPrefix: errors/
        BufferingHints: {IntervalInSeconds: 900, SizeInMBs: 128}
",
    failing: "
Resources:
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration:
        BucketARN: arn:aws:s3:::lake
        RoleARN: arn:aws:iam::111111111111:role/deliver
        BufferingHints: {IntervalInSeconds: 1200, SizeInMBs: 128}
",
};

/// Where else Firehose delivers to, with the most megabytes that it gathers there.
const OTHERS: [(&str, f64); 6] = [
    ("AmazonopensearchserviceDestinationConfiguration", 100.0),
    ("AmazonOpenSearchServerlessDestinationConfiguration", 100.0),
    ("ElasticsearchDestinationConfiguration", 100.0),
    ("HttpEndpointDestinationConfiguration", 64.0),
    ("RedshiftDestinationConfiguration.S3Configuration", 128.0),
    ("SnowflakeDestinationConfiguration", 128.0),
];

fn check(world: &World, findings: &mut Findings<'_>) {
    for (delivery, config) in buckets(world) {
        let on = |path: &str| config.at(path).bool() == Some(true);
        let (partitioned, converted) =
            (on("DynamicPartitioningConfiguration.Enabled"), on("DataFormatConversionConfiguration.Enabled"));
        let least = if partitioned || converted { 64.0 } else { 1.0 };
        // With neither of both the default fits; without a hint it is 5 MB, which partitioning does not take.
        let hints = config.get("BufferingHints");
        if partitioned && hints.get("SizeInMBs").is_missing() {
            findings.at(
                delivery,
                hints,
                "dynamic partitioning takes a buffer of 64 MB at least, and the default is 5 MB",
            );
        }
        if hints.entries().len() == 1 {
            findings.at(delivery, hints, "SizeInMBs and IntervalInSeconds are given both, or neither");
        }
        if partitioned && hints.get("IntervalInSeconds").number() == Some(0.0) {
            findings.at(delivery, hints, "with dynamic partitioning there is no delivery without buffering");
        }
        limits(delivery, hints, (least, 128.0), findings);
    }
    for delivery in world.of_kind("AWS::KinesisFirehose::DeliveryStream") {
        for (key, most) in OTHERS {
            limits(delivery, delivery.get(key).get("BufferingHints"), (1.0, most), findings);
        }
    }
}

fn limits(delivery: &Resource, hints: &Node, size: (f64, f64), findings: &mut Findings<'_>) {
    for (key, (least, most), unit) in [("SizeInMBs", size, "MB"), ("IntervalInSeconds", (0.0, 900.0), "s")] {
        let value = hints.get(key);
        if value.is_unknown() {
            findings.unknown(delivery, key);
        }
        if let Some(number) = value.number().filter(|number| *number < least || *number > most) {
            findings.at(delivery, value, format!("{key} is {number} {unit}, and goes from {least} to {most} here"));
        }
    }
}
