//! What the client of a registry says, and what it means.

use oci_client::errors::{DigestError, OciDistributionError as Fault, OciErrorCode};

use crate::error::Error;

/// Why an attempt ended.
pub(crate) enum Halt {
    /// The registry, or the way to it.
    Theirs(Fault),
    /// What fails on this side does not get better by asking again.
    Ours(Error),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Theirs(fault)
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// A stream that breaks. It says so, too, where the client has compared what came with its digest.
impl From<std::io::Error> for Halt {
    fn from(error: std::io::Error) -> Self {
        match error.downcast::<DigestError>() {
            Ok(mismatch) => Self::Theirs(mismatch.into()),
            Err(broken) => Self::Theirs(broken.into()),
        }
    }
}

/// Whether the same may work a moment later.
pub(crate) fn passes(fault: &Fault) -> bool {
    match fault {
        Fault::IoError(_) => true,
        // Without a status nothing was answered, or not to the end.
        Fault::RequestError(error) => error.status().is_none_or(|status| is_passing(status.as_u16())),
        Fault::ServerError { code, .. } => is_passing(*code),
        Fault::RegistryError { envelope, .. } => {
            envelope.errors.iter().any(|error| error.code == OciErrorCode::Toomanyrequests)
        }
        _ => false,
    }
}

fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

/// A fault in the words of this crate.
pub(crate) fn explained(registry: &str, what: &str, fault: Fault) -> Error {
    let (registry, what) = (registry.to_owned(), what.to_owned());
    let is = |codes: &[OciErrorCode]| match &fault {
        Fault::RegistryError { envelope, .. } => envelope.errors.iter().any(|error| codes.contains(&error.code)),
        _ => false,
    };
    let status = match &fault {
        Fault::RequestError(error) => error.status().map(|status| status.as_u16()),
        Fault::ServerError { code, .. } => Some(*code),
        _ => None,
    };
    let denied = matches!(fault, Fault::UnauthorizedError { .. } | Fault::AuthenticationFailure(_))
        || matches!(status, Some(401 | 403))
        || is(&[OciErrorCode::Unauthorized, OciErrorCode::Denied]);
    let absent = status == Some(404)
        || is(&[
            OciErrorCode::ManifestUnknown,
            OciErrorCode::NameUnknown,
            OciErrorCode::BlobUnknown,
            OciErrorCode::NotFound,
        ]);
    let passes = passes(&fault);
    if let Fault::DigestError(error) = &fault {
        return Error::unfit(format!("what {registry} gave"), error.to_string());
    }
    let source = Box::new(fault);
    if denied {
        Error::Denied { registry, source }
    } else if absent {
        Error::Absent { registry, what, source }
    } else if passes {
        Error::Unreachable { registry, what, source }
    } else {
        Error::Refused { registry, what, source }
    }
}
