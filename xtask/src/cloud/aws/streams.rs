//! Kinesis, for sending and watching.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use engine::cloud::{Answer, CloudError, Fault};

use super::error::told;

/// A record for a stream.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) partition_key: String,
    pub(crate) data: Vec<u8>,
}

pub(super) async fn put(client: &Client, stream: &str, records: &[Record]) -> Answer<Vec<Result<(), String>>> {
    let call = "kinesis:PutRecords";
    let entries = records
        .iter()
        .map(|record| {
            PutRecordsRequestEntry::builder()
                .partition_key(&record.partition_key)
                .data(Blob::new(record.data.clone()))
                .build()
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| CloudError { call, fault: Fault::Other, message: error.to_string() })?;
    let answer = client.put_records().stream_name(stream).set_records(Some(entries)).send().await;
    let answer = answer.map_err(told(call))?;
    let result = |code: Option<String>, message: Option<String>| match code {
        None => Ok(()),
        Some(code) => Err(format!("{code}: {}", message.unwrap_or_default())),
    };
    Ok(answer.records.into_iter().map(|record| result(record.error_code, record.error_message)).collect())
}

/// How many shards take records.
pub(super) async fn open_shards(client: &Client, stream: &str) -> Answer<u64> {
    let answer = client.describe_stream_summary().stream_name(stream).send().await;
    let answer = answer.map_err(told("kinesis:DescribeStreamSummary"))?;
    let open = answer.stream_description_summary.map_or(0, |summary| summary.open_shard_count);
    Ok(u64::try_from(open).unwrap_or_default())
}
