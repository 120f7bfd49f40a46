//! What invokes a function, typed by the event that it delivers.

use contract::{KinesisEvent, Queue, QueueEvent, Ref, Statement, Stream};
use serde::Serialize;
use serde_json::Value;
use std::marker::PhantomData;

use crate::stage::{Consumers, Inbox};

/// A wired event source. `Trigger<KinesisEvent>` cannot stand before a function that takes another event.
pub struct Trigger<E> {
    pub(super) source: Source,
    /// What the function's role needs for it.
    pub(super) statements: Vec<Statement>,
    event: PhantomData<E>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    Stream(StreamSource),
    Queue(QueueSource),
    Schedule(ScheduleSource),
    /// A state machine, which waits for the answer.
    Machine,
}

#[derive(Debug, Serialize)]
pub(super) struct ScheduleSource {
    failures: Value,
}

#[derive(Debug, Serialize)]
pub(super) struct QueueSource {
    queue: Value,
    batch_size: u32,
    batch_window_seconds: u32,
    max_concurrency: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct StreamSource {
    stream: Value,
    failures: Value,
    batch_size: u32,
    batch_window_seconds: u32,
    retries: u32,
    max_record_age_seconds: u32,
}

impl StreamSource {
    /// For how long a batch is gathered, and after how long a record is given up, in seconds.
    pub(super) fn window_and_age(&self) -> (u32, u32) {
        (self.batch_window_seconds, self.max_record_age_seconds)
    }
}

/// Batches of a stream; what fails for good is told to the queue of failures.
pub fn reads_stream(stream: &Ref<Stream>, settings: &Consumers, failures: &Ref<Queue>) -> Trigger<KinesisEvent> {
    let read = [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ];
    Trigger {
        source: Source::Stream(StreamSource {
            stream: stream.arn(),
            failures: failures.arn(),
            batch_size: settings.batch_size,
            batch_window_seconds: settings.batch_window_seconds,
            retries: settings.retries,
            max_record_age_seconds: settings.max_record_age_hours * 3600,
        }),
        statements: vec![Statement::allow(&read, stream.arn()), Statement::allow(&["sqs:SendMessage"], failures.arn())],
        event: PhantomData,
    }
}

/// Begun by a schedule and waited for by nobody; what fails again and again goes to the queue of failures.
pub fn on_schedule<E>(failures: &Ref<Queue>) -> Trigger<E> {
    Trigger {
        source: Source::Schedule(ScheduleSource { failures: failures.arn() }),
        statements: vec![Statement::allow(&["sqs:SendMessage"], failures.arn())],
        event: PhantomData,
    }
}

/// Batches of a queue; what fails comes again, until the queue gives it to its queue of dead letters.
pub fn reads_queue(queue: &Ref<Queue>, settings: &Inbox) -> Trigger<QueueEvent> {
    let read = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"];
    Trigger {
        source: Source::Queue(QueueSource {
            queue: queue.arn(),
            batch_size: settings.batch_size,
            batch_window_seconds: settings.batch_window_seconds,
            max_concurrency: settings.max_concurrency,
        }),
        statements: vec![Statement::allow(&read, queue.arn())],
        event: PhantomData,
    }
}

/// Called by a state machine, which waits for the answer and tells of a failure.
pub fn called_by_machine<E>() -> Trigger<E> {
    Trigger { source: Source::Machine, statements: Vec::new(), event: PhantomData }
}
