//! What a stage should be, as the engine gets it: templates, values, archives, and what its users wish of this run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::cloud::Profile;
use crate::template::Template;

/// Everything that a stage should be.
#[derive(Debug, Clone)]
pub struct Target {
    pub stage: String,
    /// The stacks that it has; their order follows from what they import from each other.
    pub stacks: Vec<Wanted>,
    /// Names of stacks that a stage can have, in the order in which they are deployed.
    pub known: Vec<String>,
    /// The bucket of archives and large templates, and the stack that it is in.
    pub bucket: String,
    pub bucket_stack: String,
    pub archives: Vec<Archive>,
    /// The stage that this one is a copy of; a copy never changes a stage that is none.
    pub copy_of: Option<String>,
    /// In which role CloudFormation changes the stacks, where it is not the caller's.
    pub service: Option<ServiceRole>,
    /// Whether CloudFormation may call a stack done before its resources serve.
    pub express: bool,
    pub pace: Pace,
}

/// A role that CloudFormation takes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRole {
    pub arn: String,
    /// The stack that makes it, and the stage by whose name that is asked for.
    pub stack: String,
    pub stage: String,
}

impl Target {
    pub fn role(&self) -> Option<&str> {
        self.service.as_ref().map(|service| service.arn.as_str())
    }
}

/// One stack as it should be.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub name: String,
    pub body: String,
    pub template: Template,
    pub parameters: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
}

/// A function's code, built and at hand.
#[derive(Debug, Clone)]
pub struct Archive {
    pub function: String,
    /// Where it is put.
    pub shelf: Shelf,
    /// Which it is there: the key of an object, or the digest of an image.
    pub key: String,
    /// The archive, or the folder with the image's layout.
    pub path: PathBuf,
    /// Of what was built, where it is an archive.
    pub sha256_base64: String,
    pub bytes: u64,
    /// How it is signed, where functions take nothing else.
    pub signing: Option<Signing>,
}

impl Archive {
    /// Under which key it is put as it was built.
    pub fn built_key(&self) -> &str {
        self.signing.as_ref().map_or(&self.key, |signing| &signing.unsigned)
    }
}

/// How an archive is signed: functions take it under its own key, which nothing but what is signed is put under.
#[derive(Debug, Clone)]
pub struct Signing {
    pub profile: Profile,
    /// The key of what was built.
    pub unsigned: String,
    /// Where the signer puts what it made of it, under a name that nobody knows before.
    pub prefix: String,
}

/// Where code is put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shelf {
    /// The artifact bucket, as an archive.
    Bucket,
    /// The repository of this name, as a container image.
    Repository(String),
}

/// How often to ask, and how long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two looks at an operation.
    pub poll: Duration,
    /// Between two signs of life of whoever holds the stage's lease.
    pub beat: Duration,
}

/// What was said on the command line.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Wishes {
    /// Resources that may be replaced or deleted, though they hold data.
    pub allow: Vec<String>,
    /// Resources to leave out when a failed rollback goes on.
    pub skip: Vec<String>,
    /// Resources to leave behind when a failed deletion is tried again.
    pub retain: Vec<String>,
    /// Whose data is deleted with a stage.
    pub delete_data: DeleteData,
    /// To wait for whoever is at work on the stage.
    pub wait: bool,
    /// To begin and not to wait for the end.
    pub detach: bool,
    /// To give functions new code past their stack.
    pub hotswap: bool,
    /// To ask AWS whether resources differ from their template.
    pub drift: bool,
}

/// Whose data is deleted when a stage is destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteData {
    Of(Vec<String>),
    All,
}

impl Default for DeleteData {
    fn default() -> Self {
        Self::Of(Vec::new())
    }
}

impl DeleteData {
    pub fn of(&self, logical_id: &str) -> bool {
        match self {
            Self::Of(named) => named.iter().any(|name| name == logical_id),
            Self::All => true,
        }
    }
}
