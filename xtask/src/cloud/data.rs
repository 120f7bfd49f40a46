//! What goes through the port: plain data, without a trace of the SDK.

use std::collections::BTreeMap;

use super::StackStatus;

/// Whose credentials we have.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) arn: String,
}

/// A stack as it stands.
#[derive(Debug, Clone)]
pub(crate) struct StackState {
    /// The ARN, which a stack made again under the same name does not share.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: StackStatus,
    pub(crate) reason: Option<String>,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) outputs: BTreeMap<String, String>,
}

/// What a change set is made from.
#[derive(Debug, Clone)]
pub(crate) struct ChangeSetRequest {
    pub(crate) stack: String,
    /// Derived from the content, so that asking twice asks for the same.
    pub(crate) name: String,
    pub(crate) creates: bool,
    pub(crate) template: String,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) capabilities: Vec<&'static str>,
}

#[derive(Debug, Clone)]
pub(crate) struct ChangeSet {
    pub(crate) name: String,
    pub(crate) stack_id: String,
    pub(crate) state: ChangeSetState,
    pub(crate) changes: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChangeSetState {
    Pending,
    Ready,
    /// It was executed, or the stack has changed since it was made.
    Stale,
    /// There is nothing to change, in either of CloudFormation's two wordings.
    Empty,
    Failed(String),
}

#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) logical_id: String,
    pub(crate) kind: String,
    pub(crate) action: ChangeAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeAction {
    Add,
    Modify,
    Replace,
    Remove,
}

/// One line of a stack's history.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) logical_id: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    /// Given by whoever began the operation.
    pub(crate) token: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) logical_id: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    /// The name, URL or ARN by which its service knows it.
    pub(crate) physical_id: String,
    pub(crate) kind: String,
}

/// One version, or delete marker, of an object.
#[derive(Debug, Clone)]
pub(crate) struct ObjectVersion {
    pub(crate) key: String,
    pub(crate) version: Option<String>,
}

/// A record for a stream.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) partition_key: String,
    pub(crate) data: Vec<u8>,
}
