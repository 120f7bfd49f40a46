use super::delivery::{buckets, expressions, head};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "firehose-error-prefix",
    severity: Severity::Error,
    says: "Records that could not be delivered are stored among the data, and readers take them for data",
    fix: "Set ErrorOutputPrefix to a prefix of its own, beside the data's: errors/!{firehose:error-output-type}/",
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
        Prefix: data/!{timestamp:yyyy}/
        ErrorOutputPrefix: errors/!{firehose:error-output-type}/
",
    failing: "
Resources:
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration:
        BucketARN: arn:aws:s3:::lake
        RoleARN: arn:aws:iam::111111111111:role/deliver
        Prefix: data/
        ErrorOutputPrefix: data/errors/
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for (delivery, config) in buckets(world) {
        let (prefix, errors) = (config.get("Prefix"), config.get("ErrorOutputPrefix"));
        if prefix.is_unknown() || errors.is_unknown() {
            findings.unknown(delivery, "one of its prefixes");
            continue;
        }
        let Some(apart) = errors.text().filter(|apart| !apart.is_empty()) else {
            findings.at(delivery, config, "there is no ErrorOutputPrefix");
            continue;
        };
        let of_data = head(prefix.text().unwrap_or_default());
        if !of_data.is_empty() && apart.starts_with(of_data) {
            findings.at(delivery, errors, format!("{apart} lies within the data, at {of_data}"));
        }
        match expressions(apart) {
            Err(fault) => findings.at(delivery, errors, fault),
            Ok(all) if !all.is_empty() && !all.contains(&("firehose", "error-output-type")) => {
                findings.at(delivery, errors, "with expressions, one of them is !{firehose:error-output-type}");
            }
            Ok(_) => {}
        }
    }
}
