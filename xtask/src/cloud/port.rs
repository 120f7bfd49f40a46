//! The port: all that the engine asks of AWS.

use std::fmt;
use std::path::Path;

use super::{Caller, ChangeSet, ChangeSetRequest, Event, ObjectVersion, Record, Resource, StackState};

/// AWS, real or simulated.
pub(crate) trait Cloud {
    async fn caller(&self) -> Answer<Caller>;

    async fn stack(&self, name_or_id: &str) -> Answer<Option<StackState>>;
    /// The template that the stack was last given, byte for byte.
    async fn template(&self, stack: &str) -> Answer<String>;
    async fn resources(&self, stack: &str) -> Answer<Vec<Resource>>;
    /// One page of the stack's history, newest first, and the token of the next page.
    async fn events(&self, stack_id: &str, page: Option<String>) -> Answer<(Vec<Event>, Option<String>)>;
    async fn create_change_set(&self, request: &ChangeSetRequest) -> Answer;
    async fn change_set(&self, stack: &str, name: &str) -> Answer<ChangeSet>;
    async fn execute_change_set(&self, stack: &str, name: &str, token: &str) -> Answer;
    async fn delete_change_set(&self, stack: &str, name: &str) -> Answer;
    async fn delete_stack(&self, stack_id: &str, token: &str) -> Answer;

    /// The SHA-256 of an object, in base64; `None` where there is no object, empty where it has no checksum.
    async fn object_checksum(&self, bucket: &str, key: &str) -> Answer<Option<String>>;
    async fn put_object(&self, bucket: &str, key: &str, file: &Path, sha256: &str) -> Answer;
    /// The keys under a prefix.
    async fn objects(&self, bucket: &str, prefix: &str) -> Answer<Vec<String>>;
    async fn object(&self, bucket: &str, key: &str) -> Answer<Vec<u8>>;
    /// Some of the bucket's object versions; none once it is empty or not there.
    async fn object_versions(&self, bucket: &str) -> Answer<Vec<ObjectVersion>>;
    async fn delete_objects(&self, bucket: &str, versions: &[ObjectVersion]) -> Answer;

    /// For each record whether the stream took it, or why not.
    async fn put_records(&self, stream: &str, records: &[Record]) -> Answer<Vec<Result<(), String>>>;
}

pub(crate) type Answer<T = ()> = Result<T, CloudError>;

/// A call that AWS did not do.
#[derive(Debug, Clone)]
pub(crate) struct CloudError {
    pub(crate) call: &'static str,
    pub(crate) fault: Fault,
    /// In AWS's words.
    pub(crate) message: String,
}

/// What a failed call means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Too many calls; the same call may do later.
    Throttled,
    /// The credentials were good once.
    Expired,
    /// There are no credentials.
    NoCredentials,
    Denied,
    /// What the call names does not exist.
    NotFound,
    /// What the call would make exists already.
    Exists,
    /// Nothing answered.
    Unreachable,
    Other,
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call, self.message)
    }
}

impl std::error::Error for CloudError {}
