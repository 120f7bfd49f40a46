//! Kinesis, which only sending asks for.

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
