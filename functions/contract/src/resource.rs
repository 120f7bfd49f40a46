//! Resource kinds, and typed references to declared resources.

use serde_json::{Value, json};
use std::marker::PhantomData;

use crate::{Grant, Wire};

/// Where a referenced resource was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the same stack, under this logical id.
    Here(String),
    /// In an earlier stack, which exports the resource's reference under this name.
    Imported(String),
    /// Made of parts that may come from several places: this is what they give together.
    Composed(Value),
}

impl Place {
    /// What `Ref` gives for the resource, from here.
    pub fn reference(&self) -> Value {
        match self {
            Self::Here(id) => json!({ "Ref": id }),
            Self::Imported(export) => json!({ "Fn::ImportValue": export }),
            Self::Composed(value) => value.clone(),
        }
    }

    /// The resource's ARN: asked of CloudFormation at home, spelt from the exported name elsewhere.
    fn arn(&self, spelt: &str) -> Value {
        match self {
            Self::Here(id) => json!({ "Fn::GetAtt": [id, "Arn"] }),
            Self::Imported(_) | Self::Composed(_) => self.sub(spelt),
        }
    }

    /// Text around the resource's reference, which stands as `${Name}` in it.
    fn sub(&self, text: &str) -> Value {
        match self {
            Self::Here(id) => json!({ "Fn::Sub": text.replace("${Name}", &format!("${{{id}}}")) }),
            Self::Imported(_) | Self::Composed(_) => json!({ "Fn::Sub": [text, { "Name": self.reference() }] }),
        }
    }
}

/// A kind of resource: how a function's variable names it, and what policies call it.
pub trait Kind: Sized {
    /// What, besides its place, tells one resource of this kind from another.
    type Part: Clone;
    /// The variable's value.
    fn value(at: &Ref<Self>) -> Value {
        at.place.reference()
    }
    fn arn(at: &Ref<Self>) -> Value;
}

/// A declared resource. `Ref<Bucket>` cannot stand where `Ref<Queue>` is asked.
pub struct Ref<K: Kind> {
    place: Place,
    part: K::Part,
    kind: PhantomData<K>,
}

impl<K: Kind> Clone for Ref<K> {
    fn clone(&self) -> Self {
        Self { place: self.place.clone(), part: self.part.clone(), kind: PhantomData }
    }
}

impl<K: Kind<Part = ()>> Ref<K> {
    /// A resource that the stack at hand declares under this logical id.
    pub fn declared(logical_id: impl Into<String>) -> Self {
        Self { place: Place::Here(logical_id.into()), part: (), kind: PhantomData }
    }

    /// The same resource, seen from a later stack through the export of this name.
    pub fn imported(export: impl Into<String>) -> Self {
        Self { place: Place::Imported(export.into()), part: (), kind: PhantomData }
    }
}

impl<K: Kind> Ref<K> {
    /// A resource that is named by several values together.
    pub(crate) fn composed(value: Value, part: K::Part) -> Self {
        Self { place: Place::Composed(value), part, kind: PhantomData }
    }

    pub(crate) fn part(&self) -> &K::Part {
        &self.part
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What `Ref` gives: a name, a URL or an ARN, as the kind has it.
    pub fn reference(&self) -> Value {
        self.place.reference()
    }

    pub fn arn(&self) -> Value {
        K::arn(self)
    }

    /// Gives a function this resource, to be used as `G` says and no further.
    pub fn grant<G: Grant<On = K>>(&self) -> Wire<G> {
        Wire::new(K::value(self), G::statements(self))
    }
}

/// An S3 bucket; its reference is its name.
pub enum Bucket {}

impl Kind for Bucket {
    type Part = ();
    fn arn(at: &Ref<Self>) -> Value {
        at.place.arn("arn:${AWS::Partition}:s3:::${Name}")
    }
}

impl Ref<Bucket> {
    /// The part of the bucket under a prefix, which is what most functions should be given.
    pub fn folder(&self, prefix: &'static str) -> Ref<Folder> {
        Ref { place: self.place.clone(), part: prefix, kind: PhantomData }
    }
}

/// The objects of a bucket under a prefix; named by the URI `s3://bucket/prefix/`.
pub enum Folder {}

impl Kind for Folder {
    type Part = &'static str;
    fn value(at: &Ref<Self>) -> Value {
        at.place.sub(&format!("s3://${{Name}}/{}", at.part))
    }
    /// Of its objects.
    fn arn(at: &Ref<Self>) -> Value {
        at.place.sub(&format!("arn:${{AWS::Partition}}:s3:::${{Name}}/{}*", at.part))
    }
}

impl Ref<Folder> {
    pub fn prefix(&self) -> &'static str {
        self.part
    }

    pub fn bucket(&self) -> Ref<Bucket> {
        Ref { place: self.place.clone(), part: (), kind: PhantomData }
    }

    /// The URI, as stack outputs give it to people.
    pub fn uri(&self) -> Value {
        Folder::value(self)
    }
}

/// A Kinesis stream; its reference is its name.
pub enum Stream {}

impl Kind for Stream {
    type Part = ();
    fn arn(at: &Ref<Self>) -> Value {
        at.place.arn("arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/${Name}")
    }
}

/// A Firehose delivery stream; its reference is its name.
pub enum DeliveryStream {}

impl Kind for DeliveryStream {
    type Part = ();
    fn arn(at: &Ref<Self>) -> Value {
        at.place.arn("arn:${AWS::Partition}:firehose:${AWS::Region}:${AWS::AccountId}:deliverystream/${Name}")
    }
}

/// A DynamoDB table; its reference is its name.
pub enum Table {}

impl Kind for Table {
    type Part = ();
    fn arn(at: &Ref<Self>) -> Value {
        at.place.arn("arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Name}")
    }
}

/// An SQS queue; its reference is its URL, whose last part is the name.
pub enum Queue {}

impl Kind for Queue {
    type Part = ();
    fn arn(at: &Ref<Self>) -> Value {
        match &at.place {
            Place::Here(id) => json!({ "Fn::GetAtt": [id, "Arn"] }),
            Place::Imported(_) | Place::Composed(_) => {
                let name = json!({ "Fn::Select": [4, { "Fn::Split": ["/", at.place.reference()] }] });
                json!({ "Fn::Sub": [
                    "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Name}",
                    { "Name": name },
                ] })
            }
        }
    }
}

/// An SNS topic; its reference is its ARN.
pub enum Topic {}

impl Kind for Topic {
    type Part = ();
    fn arn(at: &Ref<Self>) -> Value {
        at.place.reference()
    }
}
