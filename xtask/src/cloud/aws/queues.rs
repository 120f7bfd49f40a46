//! SQS, which sending, verifying and bringing back dead letters ask for.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, QueueAttributeName as Attribute, SendMessageBatchRequestEntry,
};
use engine::cloud::{Answer, CloudError, Fault};

use super::error::told;

/// What one call takes.
pub(crate) const BATCH: usize = 10;

/// A message that was received, and by which it is deleted.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) body: String,
    pub(crate) id: String,
    receipt: String,
}

/// How many messages wait in a queue, about, and how many somebody works on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Depth {
    pub(crate) waiting: usize,
    pub(crate) at_work: usize,
}

pub(super) async fn url(client: &Client, name: &str) -> Answer<String> {
    let answer = client.get_queue_url().queue_name(name).send().await.map_err(told("sqs:GetQueueUrl"))?;
    Ok(answer.queue_url.unwrap_or_default())
}

pub(super) async fn depth(client: &Client, url: &str) -> Answer<Depth> {
    let (waiting, at_work) = (Attribute::ApproximateNumberOfMessages, Attribute::ApproximateNumberOfMessagesNotVisible);
    let call = client.get_queue_attributes().queue_url(url).attribute_names(waiting.clone());
    let answer = call.attribute_names(at_work.clone()).send().await.map_err(told("sqs:GetQueueAttributes"))?;
    let attributes = answer.attributes.unwrap_or_default();
    let number = |name| attributes.get(&name).and_then(|text| text.parse().ok()).unwrap_or_default();
    Ok(Depth { waiting: number(waiting), at_work: number(at_work) })
}

/// Some of the messages that wait, which nobody else sees for so many seconds.
pub(super) async fn receive(client: &Client, url: &str, hidden_seconds: i32) -> Answer<Vec<Letter>> {
    let call = client.receive_message().queue_url(url).max_number_of_messages(10).wait_time_seconds(1);
    let answer = call.visibility_timeout(hidden_seconds).send().await.map_err(told("sqs:ReceiveMessage"))?;
    let letter = |message: aws_sdk_sqs::types::Message| {
        Some(Letter { body: message.body?, id: message.message_id?, receipt: message.receipt_handle? })
    };
    Ok(answer.messages.unwrap_or_default().into_iter().filter_map(letter).collect())
}

/// Shows a message to others again.
pub(super) async fn release(client: &Client, url: &str, letter: &Letter) -> Answer {
    let call = client.change_message_visibility().queue_url(url).receipt_handle(&letter.receipt).visibility_timeout(0);
    call.send().await.map(drop).map_err(told("sqs:ChangeMessageVisibility"))
}

/// At most as many as one call takes.
pub(super) async fn send(client: &Client, url: &str, bodies: &[String]) -> Answer {
    let call = "sqs:SendMessageBatch";
    let entry = |(number, body): (usize, &String)| {
        SendMessageBatchRequestEntry::builder().id(number.to_string()).message_body(body).build()
    };
    let entries = bodies.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>().map_err(unfit(call))?;
    let answer = client.send_message_batch().queue_url(url).set_entries(Some(entries)).send().await;
    refused(call, answer.map_err(told(call))?.failed.first().and_then(|entry| entry.message.as_deref()))
}

/// At most as many as one call takes.
pub(super) async fn delete(client: &Client, url: &str, letters: &[Letter]) -> Answer {
    let call = "sqs:DeleteMessageBatch";
    let entry = |(number, letter): (usize, &Letter)| {
        DeleteMessageBatchRequestEntry::builder().id(number.to_string()).receipt_handle(&letter.receipt).build()
    };
    let entries = letters.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>().map_err(unfit(call))?;
    let answer = client.delete_message_batch().queue_url(url).set_entries(Some(entries)).send().await;
    refused(call, answer.map_err(told(call))?.failed.first().and_then(|entry| entry.message.as_deref()))
}

fn refused(call: &'static str, why: Option<&str>) -> Answer {
    why.map_or(Ok(()), |why| Err(CloudError { call, fault: Fault::Other, message: why.to_owned() }))
}

fn unfit(call: &'static str) -> impl Fn(aws_sdk_sqs::error::BuildError) -> CloudError {
    move |error| CloudError { call, fault: Fault::Other, message: error.to_string() }
}
