//! What the client of a registry says, and what it means.

use oci_client::errors::{DigestError, OciDistributionError as Fault, OciErrorCode};

use crate::error::Error;

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

/// Whether something else came than was asked for, though a stream says so as if the line had broken.
pub(crate) fn is_mismatch(error: &std::io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<DigestError>())
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
