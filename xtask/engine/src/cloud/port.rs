//! The port: all that the engine asks of AWS, and of time.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::{
    Caller, ChangeSet, ChangeSetRequest, Code, Content, Drifted, Event, Kept, ObjectVersion, Profile, ProfileState,
    Resource, SigningJob, SigningRequest, StackState, Swap,
};

/// AWS, real or simulated. One caller at a time: nothing here has to be `Send`.
#[allow(async_fn_in_trait, reason = "the engine runs on one thread")]
pub trait Cloud {
    /// Time since some moment in the past, which a changed clock does not move.
    fn now(&self) -> Duration;
    async fn pause(&self, time: Duration);

    async fn caller(&self) -> Answer<Caller>;
    /// Those of the actions that the caller may not do. Asking is itself an action that may be denied.
    async fn denied(&self, caller: &Caller, actions: &[String]) -> Answer<Vec<String>>;

    /// The time by AWS's own clock, since 1970. Machines' clocks may be wrong by hours.
    async fn time(&self) -> Answer<Duration>;

    /// Every stack of the account and region that exists, whoever made it.
    async fn stacks(&self) -> Answer<Vec<StackState>>;
    async fn stack(&self, name_or_id: &str) -> Answer<Option<StackState>>;
    /// The template that the stack was last given, byte for byte.
    async fn template(&self, stack: &str) -> Answer<String>;
    async fn resources(&self, stack: &str) -> Answer<Vec<Resource>>;
    /// One page of the stack's history, newest first, and the token of the next page.
    async fn events(&self, stack_id: &str, page: Option<String>) -> Answer<(Vec<Event>, Option<String>)>;
    /// The names of the stacks that import an export.
    async fn importers(&self, export: &str) -> Answer<Vec<String>>;
    /// Compares the stack's resources with its template. Takes AWS a while.
    async fn drift(&self, stack: &str) -> Answer<Vec<Drifted>>;

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Answer;
    async fn change_set(&self, stack: &str, name: &str) -> Answer<ChangeSet>;
    /// `keep_failed` leaves what fails as it is, which a stack that stands in a failure asks for.
    async fn execute_change_set(&self, stack: &str, name: &str, token: &str, keep_failed: bool) -> Answer;
    async fn delete_change_set(&self, stack: &str, name: &str) -> Answer;
    /// `retain` are resources to leave alone; AWS takes them only for a stack whose deletion failed. `role` is what
    /// CloudFormation takes on for it; without one, what the stack was given before, or the caller.
    async fn delete_stack(&self, stack_id: &str, token: &str, retain: &[String], role: Option<&str>) -> Answer;
    async fn cancel_update(&self, stack_id: &str, token: &str) -> Answer;
    /// Goes on with a rollback that failed, leaving out the resources in `skip`.
    async fn continue_rollback(&self, stack_id: &str, token: &str, skip: &[String], role: Option<&str>) -> Answer;

    /// The SHA-256 of an object, in base64; `None` where there is no object, empty where it has no checksum.
    async fn object_checksum(&self, bucket: &str, key: &str) -> Answer<Option<String>>;
    async fn put_object(&self, bucket: &str, key: &str, content: Content<'_>, sha256: &str) -> Answer;
    /// Which version of an object is there now; `None` where there is none.
    async fn object_version(&self, bucket: &str, key: &str) -> Answer<Option<String>>;
    /// Copies an object within its bucket.
    async fn copy_object(&self, bucket: &str, from: &str, to: &str) -> Answer;
    /// How a signing profile stands; `None` where there is none of this name.
    async fn signing_profile(&self, profile: &Profile) -> Answer<Option<ProfileState>>;
    /// Has an object signed. The job, which is the same for the same token.
    async fn start_signing(&self, request: &SigningRequest) -> Answer<String>;
    async fn signing_job(&self, job: &str) -> Answer<SigningJob>;
    /// Whether a repository has an image.
    async fn has_image(&self, repository: &str, digest: &str) -> Answer<bool>;
    /// Puts the image of a layout into a repository. What is there already is not sent again.
    async fn push_image(&self, repository: &str, digest: &str, layout: &Path) -> Answer;
    /// A small object; `None` where there is none, or no bucket.
    async fn read(&self, bucket: &str, key: &str) -> Answer<Option<Kept>>;
    /// Writes a small object if it still has this mark, or is still absent; otherwise [`Fault::Overtaken`]. The new mark.
    async fn write_if(&self, bucket: &str, key: &str, text: &str, mark: Option<&str>) -> Answer<String>;
    /// Some of the bucket's object versions; none once it is empty or not there.
    async fn object_versions(&self, bucket: &str) -> Answer<Vec<ObjectVersion>>;
    async fn delete_objects(&self, bucket: &str, versions: &[ObjectVersion]) -> Answer;

    /// Gives a function other code, past its stack.
    async fn swap_code(&self, function: &str, code: Code<'_>) -> Answer;
    /// How the last swap of a function's code stands.
    async fn swapped(&self, function: &str) -> Answer<Swap>;
}

pub type Answer<T = ()> = Result<T, CloudError>;

/// A call that AWS did not do, or whose answer did not arrive.
#[derive(Debug, Clone)]
pub struct CloudError {
    pub call: &'static str,
    pub fault: Fault,
    /// In AWS's words.
    pub message: String,
}

/// What a failed call means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
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
    /// What the call names is not in a state for it: an executed change set, a stack that is busy.
    WrongState,
    /// Somebody else wrote meanwhile what was to be written only if nobody had.
    Overtaken,
    /// Nothing answered. The call may have been done.
    Unreachable,
    Other,
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call, self.message)
    }
}

impl std::error::Error for CloudError {}
