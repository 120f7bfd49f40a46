use super::notifications::{self, Notification};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::glob::meet;
use crate::rules::shared::same;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "notification-overlap",
    severity: Severity::Error,
    says: "S3 refuses two notifications for the same event and overlapping keys, and the stack is rolled back",
    fix: "Part the notifications by prefix or suffix, or send once to a topic that several read",
    link: Some("https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html"),
    check,
    passing: "
Resources:
  Raw:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: arn:aws:sqs:eu-west-1:111111111111:one
            Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}
          - Event: s3:ObjectCreated:Put
            Queue: arn:aws:sqs:eu-west-1:111111111111:two
            Filter: {S3Key: {Rules: [{Name: prefix, Value: also-in/}]}}
",
    failing: "
Resources:
  Raw:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: arn:aws:sqs:eu-west-1:111111111111:one
            Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}
          - Event: s3:ObjectCreated:Put
            Queue: arn:aws:sqs:eu-west-1:111111111111:two
            Filter: {S3Key: {Rules: [{Name: prefix, Value: in/2026/}]}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    let all = notifications::of(world);
    for (number, one) in all.iter().enumerate() {
        for other in all[..number].iter().filter(|other| same(other.bucket, one.bucket)) {
            if overlap(one, other) {
                let message = format!(
                    "{} for {:?} is told twice: {} for {:?} already covers some of it",
                    one.event(),
                    one.keys(),
                    other.event(),
                    other.keys()
                );
                findings.at(one.bucket, one.node, message);
            }
        }
    }
}

/// S3 compares prefixes with prefixes and suffixes with suffixes.
fn overlap(one: &Notification<'_>, other: &Notification<'_>) -> bool {
    let (Some(event), Some(event_of_other)) = (one.event().text(), other.event().text()) else { return false };
    let filters = |one: &Notification<'_>| one.node.get("Filter").is_unknown();
    meet(event, event_of_other)
        && !(filters(one) || filters(other))
        && (one.prefix.starts_with(other.prefix) || other.prefix.starts_with(one.prefix))
        && (one.suffix.ends_with(other.suffix) || other.suffix.ends_with(one.suffix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::found;

    fn two(first: [&str; 3], second: [&str; 3]) -> usize {
        let one = |[event, prefix, suffix]: [&str; 3]| {
            format!(
                "{{Event: 's3:{event}', Queue: q, Filter: {{S3Key: {{Rules: [{{Name: prefix, Value: '{prefix}'}}, \
                 {{Name: Suffix, Value: '{suffix}'}}]}}}}}}"
            )
        };
        let list = format!("[{}, {}]", one(first), one(second));
        let bucket = format!("{{NotificationConfiguration: {{QueueConfigurations: {list}}}}}");
        found(&RULE, &format!("Resources: {{B: {{Type: 'AWS::S3::Bucket', Properties: {bucket}}}}}")).len()
    }

    #[test]
    fn filters_overlap_where_prefix_suffix_and_event_do() {
        let all = "ObjectCreated:*";
        assert_eq!(two([all, "in/", ".csv"], [all, "in/a/", ".csv"]), 1);
        assert_eq!(two([all, "in/", ".csv"], [all, "in/a/", ".json"]), 0);
        assert_eq!(two([all, "in/", ""], [all, "", ".json"]), 1);
        assert_eq!(two([all, "in/", ""], [all, "out/", ""]), 0);
        assert_eq!(two([all, "in/", ""], ["ObjectRemoved:*", "in/", ""]), 0);
        assert_eq!(two(["ObjectCreated:Put", "", ""], ["ObjectCreated:Copy", "", ""]), 0);
        assert_eq!(two([all, "", ".gz"], ["ObjectCreated:Copy", "", ".csv.gz"]), 1);
    }
}
