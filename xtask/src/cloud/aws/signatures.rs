//! AWS Signer's side of the port.

use aws_sdk_signer::Client;
use aws_sdk_signer::types::{Destination, S3Destination, S3Source, SigningProfileStatus, SigningStatus, Source};
use engine::cloud::{Answer, CloudError, Fault, Profile, ProfileState, SigningJob, SigningRequest};

use super::error::told;

pub(super) async fn profile(client: &Client, profile: &Profile) -> Answer<Option<ProfileState>> {
    let call = client.get_signing_profile().profile_name(&profile.name).profile_owner(&profile.owner);
    match call.send().await.map_err(told("signer:GetSigningProfile")) {
        Ok(found) => Ok(Some(ProfileState {
            version: found.profile_version.unwrap_or_default(),
            platform: found.platform_id.unwrap_or_default(),
            ended: found
                .status
                .filter(|status| *status != SigningProfileStatus::Active)
                .map(|status| status.as_str().to_owned()),
        })),
        Err(error) if error.fault == Fault::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) async fn start(client: &Client, request: &SigningRequest) -> Answer<String> {
    let call = "signer:StartSigningJob";
    let SigningRequest { bucket, key, version, prefix, profile, token } = request;
    let source = S3Source::builder().bucket_name(bucket).key(key).version(version).build();
    let source = source.map_err(|error| CloudError { call, fault: Fault::Other, message: error.to_string() })?;
    let destination = S3Destination::builder().bucket_name(bucket).prefix(prefix).build();
    let started = client
        .start_signing_job()
        .source(Source::builder().s3(source).build())
        .destination(Destination::builder().s3(destination).build())
        .profile_name(&profile.name)
        .profile_owner(&profile.owner)
        .client_request_token(token);
    Ok(started.send().await.map_err(told(call))?.job_id.unwrap_or_default())
}

pub(super) async fn job(client: &Client, job: &str) -> Answer<SigningJob> {
    let found = client.describe_signing_job().job_id(job).send().await.map_err(told("signer:DescribeSigningJob"))?;
    let made = found.signed_object.and_then(|object| object.s3).and_then(|object| object.key);
    Ok(match (found.status, made) {
        (Some(SigningStatus::Succeeded), Some(key)) => {
            SigningJob::Done { key, version: found.profile_version.unwrap_or_default() }
        }
        (Some(SigningStatus::InProgress), _) => SigningJob::Pending,
        (status, _) => {
            let status = status.map_or_else(|| "nothing".to_owned(), |status| status.to_string());
            SigningJob::Failed(
                found.status_reason.unwrap_or_else(|| format!("job {job} is {status}, without a reason")),
            )
        }
    })
}
