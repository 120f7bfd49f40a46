//! The SDK's errors, as ours.

use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;

use crate::cloud::{CloudError, Fault};

/// What a failed call of the SDK means, with every cause that it names: for `map_err`.
pub(super) fn told<E, R>(call: &'static str) -> impl FnOnce(SdkError<E, R>) -> CloudError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    move |error| {
        let (code, message) = (error.code().unwrap_or_default(), error.message().unwrap_or_default());
        let message = if message.is_empty() { causes(&error) } else { message.to_owned() };
        let lacks_credentials = message.contains("credentials");
        let fault = match &error {
            SdkError::DispatchFailure(failure) if failure.is_user() || lacks_credentials => Fault::NoCredentials,
            SdkError::ConstructionFailure(_) if lacks_credentials => Fault::NoCredentials,
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => Fault::Unreachable,
            _ => fault(code, &message),
        };
        CloudError { call, fault, message }
    }
}

fn fault(code: &str, message: &str) -> Fault {
    match code {
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" | "SlowDown" => {
            Fault::Throttled
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Fault::Expired,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => Fault::Denied,
        "AlreadyExistsException" => Fault::Exists,
        "NoSuchBucket" | "NoSuchKey" | "NotFound" | "ChangeSetNotFound" | "ResourceNotFoundException" => {
            Fault::NotFound
        }
        // A stack that is not there is a validation error with this sentence.
        "ValidationError" if message.contains("does not exist") => Fault::NotFound,
        _ => Fault::Other,
    }
}

/// The innermost sentences, which name the host or the missing profile.
fn causes(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if texts.last() != Some(&text) {
            texts.push(text);
        }
        next = cause.source();
    }
    texts.join(": ")
}
