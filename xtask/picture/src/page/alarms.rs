//! Alarms: what they watch, when they sound, who is told.

use check::world::Resource;
use serde::Serialize;

use crate::read::{Reading, pipeline_of};

#[derive(Serialize)]
pub(super) struct Alarm {
    name: String,
    pipeline: String,
    says: String,
    metric: String,
    when: String,
    told: Vec<String>,
}

const COMPARISONS: [(&str, &str); 4] = [
    ("GreaterThanOrEqualToThreshold", "≥"),
    ("GreaterThanThreshold", ">"),
    ("LessThanOrEqualToThreshold", "≤"),
    ("LessThanThreshold", "<"),
];

pub(super) fn alarms(reading: &Reading<'_>) -> Vec<Alarm> {
    let alarm = |alarm: &Resource| Alarm {
        name: reading.label(alarm),
        pipeline: pipeline_of(alarm).unwrap_or_default(),
        says: alarm.text("AlarmDescription").unwrap_or_default().to_owned(),
        metric: metric(alarm),
        when: when(alarm),
        told: told(reading, alarm),
    };
    reading.world.of_kind("AWS::CloudWatch::Alarm").map(alarm).collect()
}

fn metric(alarm: &Resource) -> String {
    match (alarm.text("Namespace"), alarm.text("MetricName")) {
        (Some(namespace), Some(metric)) => format!("{namespace} {metric}"),
        _ => "an expression of several metrics".to_owned(),
    }
}

/// `Sum > 0, in 3 periods of 5 min`.
fn when(alarm: &Resource) -> String {
    let comparison = alarm.text("ComparisonOperator").unwrap_or_default();
    let sign = COMPARISONS.iter().find(|(name, _)| *name == comparison).map_or(comparison, |(_, sign)| sign);
    let statistic = alarm.text("Statistic").or(alarm.text("ExtendedStatistic")).unwrap_or("value");
    let threshold = alarm.text("Threshold").unwrap_or("what is usual");
    let periods = alarm.number("EvaluationPeriods").unwrap_or(1.0);
    let of = alarm.number("DatapointsToAlarm").filter(|points| *points < periods);
    let length = alarm.number("Period").map(|seconds| match seconds {
        seconds if seconds % 3600.0 == 0.0 => format!("{} h", seconds / 3600.0),
        seconds if seconds % 60.0 == 0.0 => format!("{} min", seconds / 60.0),
        seconds => format!("{seconds} s"),
    });
    let length = length.map(|length| format!(" of {length}")).unwrap_or_default();
    let periods = match (of, periods) {
        (Some(of), _) => format!("in {of} of {periods} periods{length}"),
        (None, 1.0) => format!("in a period{length}"),
        _ => format!("in {periods} periods{length}"),
    };
    format!("{statistic} {sign} {threshold}, {periods}")
}

/// The addresses behind the topics that it publishes to.
fn told(reading: &Reading<'_>, alarm: &Resource) -> Vec<String> {
    let mut told = Vec::new();
    for topic in alarm.get("AlarmActions").items().iter().filter_map(|action| reading.behind(action.text()?)) {
        let is_of = |one: &&Resource| {
            one.text("TopicArn")
                .and_then(|arn| reading.behind(arn))
                .is_some_and(|of| of.id == topic.id && of.stack == topic.stack)
        };
        let listeners = reading.world.of_kind("AWS::SNS::Subscription").filter(is_of);
        let addresses: Vec<_> = listeners.filter_map(|one| one.text("Endpoint")).collect();
        let whom = if addresses.is_empty() { "nobody listens".to_owned() } else { addresses.join(", ") };
        told.push(format!("{}: {whom}", reading.label(topic)));
    }
    told
}
