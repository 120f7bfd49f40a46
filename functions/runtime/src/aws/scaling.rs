//! Kinesis and its metrics, through the AWS SDK.

use aws_sdk_cloudwatch::{
    primitives::DateTime as Moment,
    types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, StatusCode},
};
use aws_sdk_kinesis::{
    error::{ProvideErrorMetadata, SdkError},
    types::{ScalingType, StreamStatus},
};
use chrono::{DateTime, Utc};
use std::{collections::BTreeMap, time::Duration};

use crate::{Fault, Incoming, PortError, Resized, Scaling, StreamName, StreamSummary, scaling::TAG};

const CALL: Duration = Duration::from_secs(5);
const MINUTE: i32 = 60;

pub struct Kinesis {
    streams: aws_sdk_kinesis::Client,
    metrics: aws_sdk_cloudwatch::Client,
}

impl Kinesis {
    /// No call is made.
    pub async fn connect() -> Self {
        let config = super::client::config(CALL).await;
        Self { streams: aws_sdk_kinesis::Client::new(&config), metrics: aws_sdk_cloudwatch::Client::new(&config) }
    }
}

impl Scaling for Kinesis {
    async fn describe(&self, stream: &StreamName) -> Result<StreamSummary, PortError> {
        let failed = |fault| stream.failed("kinesis:DescribeStreamSummary", fault);
        let call = self.streams.describe_stream_summary().stream_name(stream.as_str());
        let answer = call.send().await.map_err(|error| failed(fault(&error)).because(error))?;
        let summary = answer.stream_description_summary().ok_or_else(|| failed(Fault::NotFound))?;
        let created = summary.stream_creation_timestamp();
        Ok(StreamSummary {
            open_shards: u32::try_from(summary.open_shard_count()).unwrap_or(0),
            is_active: *summary.stream_status() == StreamStatus::Active,
            created: DateTime::from_timestamp(created.secs(), 0).unwrap_or_default(),
        })
    }

    async fn tag(&self, stream: &StreamName) -> Result<Option<String>, PortError> {
        // A stream has fifty tags at most, which is what one call answers.
        let call = self.streams.list_tags_for_stream().stream_name(stream.as_str());
        let failed = |error| stream.failed("kinesis:ListTagsForStream", fault(&error)).because(error);
        let tags = call.send().await.map_err(failed)?;
        let tag = tags.tags().iter().find(|tag| tag.key() == TAG);
        Ok(tag.and_then(|tag| tag.value()).map(str::to_owned))
    }

    async fn set_tag(&self, stream: &StreamName, value: &str) -> Result<(), PortError> {
        let call = self.streams.add_tags_to_stream().stream_name(stream.as_str()).tags(TAG, value);
        let failed = |error| stream.failed("kinesis:AddTagsToStream", fault(&error)).because(error);
        call.send().await.map(drop).map_err(failed)
    }

    async fn incoming(
        &self,
        stream: &StreamName,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Incoming>, PortError> {
        let failed = |fault| stream.failed("cloudwatch:GetMetricData", fault);
        let moment = |at: DateTime<Utc>| Moment::from_secs(at.timestamp());
        let call = self
            .metrics
            .get_metric_data()
            .metric_data_queries(query("bytes", "IncomingBytes", stream))
            .metric_data_queries(query("records", "IncomingRecords", stream))
            .start_time(moment(from))
            .end_time(moment(to));
        let answer = call.send().await.map_err(|error| failed(fault(&error)).because(error))?;
        let mut minutes: BTreeMap<i64, Incoming> = BTreeMap::new();
        for result in answer.metric_data_results() {
            // What is not told is not to be taken for a minute without traffic.
            if result.status_code().is_some_and(|status| *status != StatusCode::Complete) {
                return Err(failed(Fault::Passing).because("CloudWatch does not tell all of it now"));
            }
            for (at, value) in points(result) {
                let since = DateTime::from_timestamp(at, 0).unwrap_or_default();
                let minute = minutes.entry(at).or_insert(Incoming { since, bytes: 0, records: 0 });
                *(if result.id() == Some("bytes") { &mut minute.bytes } else { &mut minute.records }) += value;
            }
        }
        Ok(minutes.into_values().collect())
    }

    async fn resize(&self, stream: &StreamName, shards: u32) -> Result<Resized, PortError> {
        let call = self
            .streams
            .update_shard_count()
            .stream_name(stream.as_str())
            .target_shard_count(i32::try_from(shards).unwrap_or(i32::MAX))
            .scaling_type(ScalingType::UniformScaling);
        match call.send().await {
            Ok(_) => Ok(Resized::Begun),
            Err(error) => match error.code() {
                Some("ResourceInUseException") => Ok(Resized::Busy),
                Some("LimitExceededException") => Ok(Resized::Refused),
                _ => Err(stream.failed("kinesis:UpdateShardCount", fault(&error)).because(error)),
            },
        }
    }
}

fn query(id: &str, metric: &str, stream: &StreamName) -> MetricDataQuery {
    let dimension = Dimension::builder().name("StreamName").value(stream.as_str()).build();
    let metric = Metric::builder().namespace("AWS/Kinesis").metric_name(metric).dimensions(dimension).build();
    let sum = MetricStat::builder().metric(metric).period(MINUTE).stat("Sum").build();
    MetricDataQuery::builder().id(id).metric_stat(sum).build()
}

/// When each minute began, and its sum.
fn points(result: &MetricDataResult) -> impl Iterator<Item = (i64, u64)> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sum of counts, kept within its type"
    )]
    let whole = |value: &f64| value.max(0.0) as u64;
    result.timestamps().iter().map(Moment::secs).zip(result.values().iter().map(whole))
}

fn fault<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Fault {
    match error.code() {
        Some("AccessDeniedException" | "AccessDenied" | "UnrecognizedClientException" | "InvalidClientTokenId") => {
            Fault::AccessDenied
        }
        Some("ResourceNotFoundException") => Fault::NotFound,
        Some(
            "InvalidArgumentException"
            | "ValidationException"
            | "InvalidParameterValue"
            | "InvalidParameterCombination"
            | "MissingParameter",
        ) => Fault::Invalid,
        _ => Fault::Passing,
    }
}
