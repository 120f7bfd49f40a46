//! Firehose, through the AWS SDK.

use aws_sdk_firehose::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{put_record_batch::PutRecordBatchError, put_record_batch::PutRecordBatchOutput},
    primitives::Blob,
    types::Record,
};
use std::time::Duration;

use crate::{Delivery, EntryError, Fault, PortError, Sent, port::Stream};

/// With the function's four pauses this ends well within its 30 s, even if every call hangs.
const CALL: Duration = Duration::from_secs(4);

pub struct Firehose(Client);

impl Firehose {
    /// Region, credentials and endpoint are what the environment says. No call is made.
    pub async fn connect() -> Self {
        Self(Client::new(&super::client::config(CALL).await))
    }
}

impl Delivery for Firehose {
    async fn put_batch(&self, to: &Stream, lines: &[&str]) -> Result<Vec<Sent>, PortError> {
        let failed = |fault| PortError::new("put records to", to.name(), fault);
        let records = lines
            .iter()
            .map(|line| Record::builder().data(Blob::new(*line)).build())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| failed(Fault::Invalid).because(error))?;
        let call = self.0.put_record_batch().delivery_stream_name(to.name()).set_records(Some(records));
        let output = call.send().await.map_err(|error| failed(fault(&error)).because(error))?;
        let sent = answers(&output);
        if sent.len() == lines.len() {
            Ok(sent)
        } else {
            Err(failed(Fault::Passing).because(format!("{} answers to {} records", sent.len(), lines.len())))
        }
    }
}

fn answers(output: &PutRecordBatchOutput) -> Vec<Sent> {
    let answer = |code: Option<&str>, message: Option<&str>| match code {
        None => Ok(()),
        Some(code) => Err(EntryError { code: code.to_owned(), message: message.unwrap_or_default().to_owned() }),
    };
    output.request_responses().iter().map(|entry| answer(entry.error_code(), entry.error_message())).collect()
}

fn fault(error: &SdkError<PutRecordBatchError>) -> Fault {
    match error.code() {
        Some("AccessDeniedException" | "AccessDenied" | "UnrecognizedClientException") => Fault::AccessDenied,
        Some("ResourceNotFoundException") => Fault::NotFound,
        Some("InvalidArgumentException" | "ValidationException" | "InvalidKMSResourceException") => Fault::Invalid,
        _ => Fault::Passing,
    }
}
