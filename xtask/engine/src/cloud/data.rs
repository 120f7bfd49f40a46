//! What goes through the port: plain data, without a trace of the SDK.

use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::StackStatus;

/// Whose credentials we have.
#[derive(Debug, Clone)]
pub struct Caller {
    pub account: String,
    pub arn: String,
}

/// A stack as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct StackState {
    /// The ARN, which a stack made again under the same name does not share.
    pub id: String,
    pub name: String,
    pub status: StackStatus,
    pub reason: Option<String>,
    pub parameters: BTreeMap<String, String>,
    pub outputs: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    /// Whether AWS refuses to delete it.
    pub protected: bool,
    /// When it was last changed, as AWS writes it.
    pub changed: String,
}

impl StackState {
    /// A stack of which nothing is known yet but its ARN and its name.
    pub fn known_by(id: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            status: StackStatus::ReviewInProgress,
            reason: None,
            parameters: BTreeMap::new(),
            outputs: BTreeMap::new(),
            tags: BTreeMap::new(),
            protected: false,
            changed: String::new(),
        }
    }
}

/// Code of a function, where it was put.
#[derive(Debug, Clone, Copy)]
pub enum Code<'a> {
    Archive { bucket: &'a str, key: &'a str },
    Image { repository: &'a str, digest: &'a str },
}

/// What a change set is made from.
#[derive(Debug, Clone)]
pub struct ChangeSetRequest {
    pub stack: String,
    /// Derived from the content, so that asking twice asks for the same.
    pub name: String,
    pub creates: bool,
    pub template: Body,
    pub parameters: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    pub capabilities: Vec<&'static str>,
    /// What CloudFormation takes on for it, and from then on for all that is done to the stack.
    pub role: Option<String>,
    /// Not to wait until resources are ready to serve.
    pub express: bool,
}

/// A template, as CloudFormation gets it.
#[derive(Debug, Clone)]
pub enum Body {
    Inline(String),
    Stored { bucket: String, key: String },
}

#[derive(Debug, Clone)]
pub struct ChangeSet {
    pub name: String,
    pub stack_id: String,
    pub state: ChangeSetState,
    pub changes: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeSetState {
    Pending,
    Ready,
    /// It was executed, or the stack has changed since it was made.
    Stale,
    /// There is nothing to change, in either of CloudFormation's two wordings.
    Empty,
    Failed(String),
}

impl ChangeSetState {
    /// CloudFormation has two ways to say that a change set is empty, and no code for either.
    pub fn failed(reason: String) -> Self {
        if reason.contains("didn't contain changes") || reason.contains("No updates are to be performed") {
            Self::Empty
        } else {
            Self::Failed(reason)
        }
    }
}

#[derive(Debug, Clone)]
pub struct Change {
    pub logical_id: String,
    pub kind: String,
    pub action: ChangeAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeAction {
    Add,
    Modify,
    Replace,
    /// Whether it is replaced depends on values that AWS does not know yet.
    MayReplace,
    Remove,
}

/// One line of a stack's history.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub logical_id: String,
    pub physical_id: String,
    pub kind: String,
    pub status: String,
    pub reason: Option<String>,
    /// Given by whoever began the operation.
    pub token: Option<String>,
    /// By AWS's clock, which is only ever compared with itself.
    pub at: Duration,
}

#[derive(Debug, Clone)]
pub struct Resource {
    pub logical_id: String,
    pub status: String,
    pub reason: Option<String>,
    /// The name, URL or ARN by which its service knows it.
    pub physical_id: String,
    pub kind: String,
}

/// A resource that is not as its template says.
#[derive(Debug, Clone, Serialize)]
pub struct Drifted {
    pub logical_id: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// The properties that differ; none where the resource is gone.
    pub properties: Vec<String>,
}

/// What is put into a bucket.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    File(&'a Path),
    Text(&'a str),
}

/// A small object with the mark by which a later write knows it.
#[derive(Debug, Clone)]
pub struct Kept {
    pub text: String,
    pub mark: String,
}

/// One version, or delete marker, of an object.
#[derive(Debug, Clone)]
pub struct ObjectVersion {
    pub key: String,
    pub version: Option<String>,
}

/// How a function stands after its code was swapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swap {
    Pending,
    Live,
    Failed(String),
}
