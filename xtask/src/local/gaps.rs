//! What a template asks for and the emulator does not have: said in the report, never left out silently.

mod table;

use serde_json::{Map, Value};

use table::{GAPS, Gap, When};

/// One sentence for each thing that this template loses in the emulator, with the resources that lose it.
pub(crate) fn named(template: &Value) -> Vec<String> {
    let empty = Map::new();
    let resources = template.get("Resources").and_then(Value::as_object).unwrap_or(&empty);
    let mut sentences = Vec::new();
    for gap in GAPS {
        let losing: Vec<&str> = resources.iter().filter(|(_, it)| gap.hits(it)).map(|(id, _)| id.as_str()).collect();
        if !losing.is_empty() {
            sentences.push(format!("{}: {}", losing.join(", "), gap.says));
        }
    }
    sentences
}

impl Gap {
    fn hits(&self, resource: &Value) -> bool {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        let fits = match self.kind.strip_suffix('*') {
            Some(family) => kind.starts_with(family),
            None => kind == self.kind,
        };
        let mut found = Vec::new();
        if fits && !self.property.is_empty() {
            collect(resource.get("Properties").unwrap_or(&Value::Null), self.property.split('.'), &mut found);
        }
        match self.when {
            When::Used => fits,
            When::Set => found.iter().any(|value| !value.is_null()),
            When::Is(wanted) => found.iter().any(|value| value.as_str().is_some_and(|text| wanted.contains(&text))),
            // What is computed while deploying may be anything.
            When::Not(harmless) => {
                found.iter().any(|value| value.as_str().is_none_or(|text| !harmless.contains(&text)))
            }
        }
    }
}

/// Everything at the path, through each element of the lists on the way.
fn collect<'v>(value: &'v Value, mut path: std::str::Split<'_, char>, found: &mut Vec<&'v Value>) {
    if let Value::Array(elements) = value {
        for element in elements {
            collect(element, path.clone(), found);
        }
        return;
    }
    match path.next() {
        None => found.push(value),
        Some(name) => {
            if let Some(inner) = value.get(name) {
                collect(inner, path, found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(kind: &str, properties: &Value) -> String {
        named(&json!({"Resources": {"It": {"Type": kind, "Properties": properties}}})).join("\n")
    }

    #[test]
    fn what_the_emulator_has_is_not_mentioned() {
        assert_eq!(said("AWS::S3::Bucket", &json!({"VersioningConfiguration": {"Status": "Enabled"}})), "");
        assert_eq!(said("AWS::Lambda::Function", &json!({"MemorySize": 128, "Timeout": 30})), "");
        assert_eq!(named(&json!({})), Vec::<String>::new());
    }

    #[test]
    fn what_is_dropped_is_said_once_for_all_that_lose_it() {
        let bucket = json!({"Type": "AWS::S3::Bucket", "Properties": {"LifecycleConfiguration": {"Rules": []}}});
        let said = named(&json!({"Resources": {"Raw": bucket, "Output": bucket}}));
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("Raw, Output: "), "{said:?}");
        assert!(said[0].contains("lifecycle"), "{said:?}");
    }

    #[test]
    fn a_value_that_changes_nothing_is_no_gap() {
        let delivery = |compression: &str| {
            let destination = json!({"CompressionFormat": compression});
            said("AWS::KinesisFirehose::DeliveryStream", &json!({"ExtendedS3DestinationConfiguration": destination}))
        };
        assert!(delivery("GZIP").contains("compress"));
        assert!(!delivery("UNCOMPRESSED").contains("compress"));
    }

    #[test]
    fn properties_are_found_inside_lists() {
        let wanted = json!({"Rules": [{"A": 1}, {"B": {"C": "x"}}]});
        let mut found = Vec::new();
        collect(&wanted, "Rules.B.C".split('.'), &mut found);
        assert_eq!(found, [&json!("x")]);
    }

    #[test]
    fn an_alarm_is_mentioned_where_nothing_feeds_its_metric() {
        let alarm = |namespace: &str, metric: &str| {
            said("AWS::CloudWatch::Alarm", &json!({"Namespace": namespace, "MetricName": metric}))
        };
        assert_eq!(alarm("AWS/Lambda", "Errors"), "");
        assert!(alarm("AWS/Lambda", "ConcurrentExecutions").contains("never sounds"));
        assert_eq!(alarm("AWS/SQS", "ApproximateAgeOfOldestMessage"), "");
        assert!(alarm("AWS/Firehose", "DeliveryToS3.Success").contains("never sounds"));
    }

    #[test]
    fn a_whole_service_is_known_by_its_family() {
        assert!(said("AWS::DMS::Endpoint", &json!({})).contains("refuses"));
    }

    #[test]
    fn every_gap_is_one_sentence() {
        for gap in GAPS {
            assert!(gap.kind.starts_with("AWS::"), "{}", gap.kind);
            assert_eq!(gap.property.is_empty(), matches!(gap.when, When::Used), "{}", gap.says);
            assert!(!gap.says.ends_with('.') && !gap.says.contains('\n') && gap.says.len() < 160, "{}", gap.says);
        }
    }
}
