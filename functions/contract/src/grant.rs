//! What may be done to a resource of a kind.

use serde_json::json;
use std::marker::PhantomData;

use crate::{DeliveryStream, Folder, Kind, Ref, Statement, Stream, Table, Topic};

/// A resource kind together with what may be done to it.
pub trait Grant {
    type On: Kind;
    fn statements(on: &Ref<Self::On>) -> Vec<Statement>;
}

/// A grant that includes reading. What takes `G: Reads` accepts [`Read`] and [`ReadWrite`].
pub trait Reads: Grant {}

/// A grant that includes writing. What takes `G: Writes` accepts [`Write`] and [`ReadWrite`].
pub trait Writes: Grant {}

pub struct Read<K>(PhantomData<K>);
pub struct Write<K>(PhantomData<K>);
pub struct ReadWrite<K>(PhantomData<K>);
/// Tells people.
pub struct Publish<K>(PhantomData<K>);
/// Brings data in, and creates what that needs.
pub struct Load<K>(PhantomData<K>);
/// Makes it larger and smaller, by what it is asked to take.
pub struct Scale<K>(PhantomData<K>);

impl<K: Kind> Reads for Read<K> where Self: Grant {}
impl<K: Kind> Writes for Write<K> where Self: Grant {}
impl<K: Kind> Reads for ReadWrite<K> where Self: Grant {}
impl<K: Kind> Writes for ReadWrite<K> where Self: Grant {}

impl Grant for Read<Folder> {
    type On = Folder;
    fn statements(on: &Ref<Folder>) -> Vec<Statement> {
        vec![
            Statement::allow(&["s3:ListBucket"], on.bucket().arn())
                .when(json!({ "StringLike": { "s3:prefix": format!("{}*", on.prefix()) } })),
            // Reading the version that a notification tells of is an action of its own.
            Statement::allow(&["s3:GetObject", "s3:GetObjectVersion"], on.arn()),
        ]
    }
}

impl Grant for Write<Folder> {
    type On = Folder;
    fn statements(on: &Ref<Folder>) -> Vec<Statement> {
        // What is uploaded in parts and fails is taken back.
        vec![Statement::allow(&["s3:AbortMultipartUpload", "s3:PutObject"], on.arn())]
    }
}

impl Grant for ReadWrite<Folder> {
    type On = Folder;
    fn statements(on: &Ref<Folder>) -> Vec<Statement> {
        [Read::<Folder>::statements(on), Write::<Folder>::statements(on)].concat()
    }
}

impl Grant for Write<DeliveryStream> {
    type On = DeliveryStream;
    fn statements(on: &Ref<DeliveryStream>) -> Vec<Statement> {
        vec![Statement::allow(&["firehose:PutRecordBatch"], on.arn())]
    }
}

impl Grant for Scale<Stream> {
    type On = Stream;
    fn statements(on: &Ref<Stream>) -> Vec<Statement> {
        vec![
            Statement::allow(&["kinesis:DescribeStreamSummary", "kinesis:UpdateShardCount"], on.arn()),
            // A tag of the stream says when that was done.
            Statement::allow(&["kinesis:AddTagsToStream", "kinesis:ListTagsForStream"], on.arn()),
            // Metrics know no resources.
            Statement::allow(&["cloudwatch:GetMetricData"], "*".into()),
        ]
    }
}

impl Grant for Publish<Topic> {
    type On = Topic;
    /// What an encrypted topic's key asks for besides is the topic's business, and so the stack's.
    fn statements(on: &Ref<Topic>) -> Vec<Statement> {
        vec![Statement::allow(&["sns:Publish"], on.arn())]
    }
}

impl Grant for Read<Table> {
    type On = Table;
    fn statements(on: &Ref<Table>) -> Vec<Statement> {
        vec![Statement::allow(&["dynamodb:GetItem", "dynamodb:Query"], on.arn())]
    }
}

impl Grant for ReadWrite<Table> {
    type On = Table;
    fn statements(on: &Ref<Table>) -> Vec<Statement> {
        let actions = &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"];
        vec![Statement::allow(actions, on.arn())]
    }
}
