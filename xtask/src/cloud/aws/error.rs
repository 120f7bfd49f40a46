//! The SDK's errors, as ours.

use aws_sdk_cloudformation::config::http::HttpResponse;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use engine::cloud::{CloudError, Fault};
use std::error::Error;

/// What a failed call of the SDK means, with every cause that it names: for `map_err`.
pub(super) fn told<E>(call: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> CloudError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    move |error| {
        let (code, message) = (error.code().unwrap_or_default(), error.message().unwrap_or_default());
        let message = if message.is_empty() { causes(&error) } else { message.to_owned() };
        let status = error.raw_response().map_or(0, |response| response.status().as_u16());
        let fault = match &error {
            SdkError::ConstructionFailure(_) => without_credentials(&message).unwrap_or(Fault::Other),
            SdkError::DispatchFailure(failure) if failure.is_user() => {
                without_credentials(&message).unwrap_or(Fault::NoCredentials)
            }
            SdkError::DispatchFailure(_) => without_credentials(&message).unwrap_or(Fault::Unreachable),
            SdkError::TimeoutError(_) | SdkError::ResponseError(_) => Fault::Unreachable,
            _ => fault(code, &message, status),
        };
        CloudError { call, fault, message }
    }
}

/// What kept the call from being signed.
fn without_credentials(message: &str) -> Option<Fault> {
    let lacking = message.contains("credentials");
    lacking.then(|| if message.contains("expired") { Fault::Expired } else { Fault::NoCredentials })
}

fn fault(code: &str, message: &str, status: u16) -> Fault {
    match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "PriorRequestNotComplete"
        | "ProvisionedThroughputExceededException"
        | "SlowDown"
        | "EC2ThrottledException"
        | "OperationAborted"
        | "RequestTimeout"
        | "InternalError"
        | "InternalFailure"
        | "InternalServerError"
        | "InternalServiceErrorException"
        | "ServiceException"
        | "ServiceFailure"
        | "ServiceUnavailable"
        | "ServiceUnavailableException" => Fault::Throttled,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Fault::Expired,
        "InvalidClientTokenId" | "InvalidAccessKeyId" | "UnrecognizedClientException" => Fault::NoCredentials,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "AuthorizationError" => Fault::Denied,
        "AlreadyExistsException" | "EntityAlreadyExists" => Fault::Exists,
        "NoSuchBucket"
        | "NoSuchKey"
        | "NoSuchEntity"
        | "NotFound"
        | "ChangeSetNotFound"
        | "ChangeSetNotFoundException"
        | "StackNotFoundException"
        | "ResourceNotFoundException" => Fault::NotFound,
        "InvalidChangeSetStatus"
        | "InvalidChangeSetStatusException"
        | "OperationInProgressException"
        | "StaleRequestException"
        | "TokenAlreadyExistsException"
        | "ResourceConflictException"
        | "ResourceInUseException"
        | "ResourceNotReadyException"
        | "ConcurrentModification" => Fault::WrongState,
        "PreconditionFailed" | "ConditionalRequestConflict" => Fault::Overtaken,
        _ => by_sentence(message).unwrap_or_else(|| by_status(status)),
    }
}

/// CloudFormation has one code for most of what it refuses, and says in a sentence what it means.
fn by_sentence(message: &str) -> Option<Fault> {
    let says = |sentences: &[&str]| sentences.iter().any(|sentence| message.contains(sentence));
    if says(&["Rate exceeded"]) {
        Some(Fault::Throttled)
    } else if says(&["does not exist"]) && ["Stack", "ChangeSet", "Export"].iter().any(|it| message.starts_with(it)) {
        Some(Fault::NotFound)
    } else if says(&["S3 error: Access Denied", "is not authorized to perform"]) {
        Some(Fault::Denied)
    } else if says(&[
        "cannot be called from current stack status",
        "cannot be executed in its current",
        "cannot be created again",
        "cannot be deleted while in status",
        "DELETE_FAILED state",
        "rift detection is already in progress",
    ]) || (message.contains(" is in ") && says(&[" state and can not be ", " state and cannot be "]))
    {
        Some(Fault::WrongState)
    } else {
        None
    }
}

/// An answer without a body has no code: those to S3's HEAD.
fn by_status(status: u16) -> Fault {
    match status {
        401 | 403 => Fault::Denied,
        404 => Fault::NotFound,
        412 => Fault::Overtaken,
        429 | 500.. => Fault::Throttled,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validation_errors_are_told_apart_by_their_sentences() {
        let meant = |sentence: &str| fault("ValidationError", sentence, 400);
        assert_eq!(meant("Stack with id millrace-dev-x does not exist"), Fault::NotFound);
        assert_eq!(meant("S3 error: The specified key does not exist."), Fault::Other);
        assert_eq!(meant("Rate exceeded"), Fault::Throttled);
        let busy =
            "Stack:arn:aws:cloudformation:eu-west-1:1:stack/x/1 is in UPDATE_IN_PROGRESS state and can not be updated.";
        assert_eq!(meant(busy), Fault::WrongState);
        assert_eq!(meant("CancelUpdateStack cannot be called from current stack status"), Fault::WrongState);
        assert_eq!(meant("Template format error: unsupported structure."), Fault::Other);
        assert_eq!(meant("Export x cannot be deleted as it is in use by y"), Fault::Other);
    }

    #[test]
    fn codes_win_over_sentences_and_sentences_over_statuses() {
        assert_eq!(fault("AccessDenied", "the bucket does not exist or is not yours", 403), Fault::Denied);
        assert_eq!(fault("Whatever", "Stack x does not exist", 500), Fault::NotFound);
        assert_eq!(fault("Whatever", "unknown", 503), Fault::Throttled);
        assert_eq!(fault("", "", 403), Fault::Denied);
        assert_eq!(fault("", "", 404), Fault::NotFound);
        assert_eq!(fault("", "", 400), Fault::Other);
        assert_eq!(fault("PreconditionFailed", "", 412), Fault::Overtaken);
        assert_eq!(fault("ConditionalRequestConflict", "", 409), Fault::Overtaken);
    }

    #[test]
    fn expired_credentials_are_not_missing_ones() {
        assert_eq!(without_credentials("no credentials in the chain"), Some(Fault::NoCredentials));
        assert_eq!(without_credentials("loading credentials: the SSO session has expired"), Some(Fault::Expired));
        assert_eq!(without_credentials("connection refused"), None);
    }
}
