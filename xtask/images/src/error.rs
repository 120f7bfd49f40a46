//! What went wrong with an image, and what to do about it.

use std::io;
use std::path::PathBuf;

use oci_client::errors::OciDistributionError;

use crate::digest::Digest;
use crate::platform::Platform;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Text that was to be a base, a reference, a mirror.
    #[error("'{text}' is not {what}: {why}")]
    Unreadable { what: &'static str, text: String, why: String },

    #[error("{what} has nothing for {wanted}; there is: {}", .there.join(", "))]
    NoPlatform { what: String, wanted: Platform, there: Vec<String> },

    #[error("the program cannot run in this image: {why}")]
    Program { why: String, remedy: String },

    #[error("'{name}' cannot be a file of the image: {why}")]
    File { name: String, why: &'static str },

    /// What was read is not what its digest says, or no image that we understand.
    #[error("{what} is not to be used: {why}")]
    Unfit { what: String, why: String },

    #[error("{digest} is not in {}", .folder.display())]
    NotInLayout { folder: PathBuf, digest: Digest },

    #[error("the base {reference} is neither in the cache nor within reach")]
    NoBase { reference: String, source: Box<Error> },

    #[error("{registry} does not let us in")]
    Denied { registry: String, source: Box<OciDistributionError> },

    #[error("{registry} does not have what it is asked for, while {what}")]
    Absent { registry: String, what: String, source: Box<OciDistributionError> },

    #[error("{registry} cannot be reached, or breaks off, while {what}")]
    Unreachable { registry: String, what: String, source: Box<OciDistributionError> },

    #[error("{registry} does not do what it is asked, while {what}")]
    Refused { registry: String, what: String, source: Box<OciDistributionError> },

    #[error("a layer is not unpacked: '{entry}' {why}")]
    Unsafe { entry: String, why: &'static str },

    #[error("{what}")]
    System { what: String, source: io::Error },

    #[error("{what}")]
    TestRegistry { what: String, remedy: String },
}

impl Error {
    /// What to do, where it is known.
    pub fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NoPlatform { .. } => "choose a base that has it, or the architecture that the base has".to_owned(),
            Self::Program { remedy, .. } | Self::TestRegistry { remedy, .. } => remedy.clone(),
            Self::NotInLayout { .. } => {
                "pull the image into the folder again, for the architecture that is built for".to_owned()
            }
            Self::NoBase { reference, .. } => format!(
                "connect to the network once; or set a mirror that has {reference}; or give the base as the folder of \
                 an OCI layout, which `pull` makes on a machine that has the network"
            ),
            Self::Denied { registry, .. } => {
                format!("check user and password for {registry}, and that they may read and write there")
            }
            Self::Absent { .. } => "check the reference, and that the repository exists".to_owned(),
            Self::Unreachable { .. } => {
                "check the network and repeat the command: what has arrived stays there".to_owned()
            }
            Self::Unfit { .. } => {
                "delete it where it comes from a folder; else the registry or a proxy alters what it gives".to_owned()
            }
            Self::System { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "free some space on the disk and try again".to_owned()
            }
            Self::Unreadable { .. }
            | Self::File { .. }
            | Self::Refused { .. }
            | Self::Unsafe { .. }
            | Self::System { .. } => return None,
        })
    }

    pub(crate) fn unreadable(what: &'static str, text: &str, why: impl Into<String>) -> Self {
        Self::Unreadable { what, text: text.to_owned(), why: why.into() }
    }

    pub(crate) fn unfit(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Unfit { what: what.into(), why: why.into() }
    }
}

/// Says what was being done when a call to the system failed.
pub(crate) trait While<T> {
    fn failing(self, what: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T> While<T> for io::Result<T> {
    fn failing(self, what: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|source| Error::System { what: what(), source })
    }
}
