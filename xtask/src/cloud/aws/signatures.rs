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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Aws;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread::{self, JoinHandle};

    /// What is answered: a text, or the name of an error.
    type Said = Result<&'static str, &'static str>;

    /// The emulator has no signer: this answers as AWS documents it, each call once, and ends with what it was asked.
    fn signer(answers: &'static [Said]) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let serving = thread::spawn(move || answers.iter().map(|answer| serve(&listener, *answer)).collect());
        (endpoint, serving)
    }

    /// The line and the body of one request.
    fn serve(listener: &TcpListener, answer: Said) -> String {
        let (mut stream, _) = listener.accept().unwrap();
        let mut read = BufReader::new(stream.try_clone().unwrap());
        let (mut asked, mut length) = (String::new(), 0);
        read.read_line(&mut asked).unwrap();
        loop {
            let mut header = String::new();
            read.read_line(&mut header).unwrap();
            let header = header.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        read.read_exact(&mut body).unwrap();
        let (status, text) = match answer {
            Ok(text) => ("200 OK".to_owned(), text),
            Err(error) => (format!("400 Bad Request\r\nx-amzn-errortype: {error}"), "{}"),
        };
        let length = text.len();
        let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{text}");
        stream.write_all(answer.as_bytes()).unwrap();
        format!("{} {}", asked.trim_end_matches(" HTTP/1.1\r\n"), String::from_utf8(body).unwrap())
    }

    async fn client(endpoint: &str) -> Client {
        Aws::emulated("eu-west-1", endpoint, "123456789012").await.signatures
    }

    fn release() -> Profile {
        Profile { name: "release".to_owned(), version: "v1".to_owned(), owner: "123456789012".to_owned() }
    }

    #[tokio::test]
    async fn a_profile_signs_or_has_ended_or_is_none() {
        let (endpoint, serving) = signer(&[
            Ok(r#"{"profileVersion": "v1", "platformId": "AWSLambda-SHA384-ECDSA", "status": "Active"}"#),
            Ok(r#"{"profileVersion": "v2", "platformId": "AmazonFreeRTOS-Default", "status": "Revoked"}"#),
            Err("ResourceNotFoundException"),
            Err("AccessDeniedException"),
        ]);
        let client = client(&endpoint).await;
        let state = |version: &str, platform: &str, ended: Option<&str>| ProfileState {
            version: version.to_owned(),
            platform: platform.to_owned(),
            ended: ended.map(str::to_owned),
        };
        let signs = state("v1", "AWSLambda-SHA384-ECDSA", None);
        let ended = state("v2", "AmazonFreeRTOS-Default", Some("Revoked"));
        for expected in [Some(signs), Some(ended), None] {
            assert_eq!(profile(&client, &release()).await.unwrap(), expected);
        }
        assert_eq!(profile(&client, &release()).await.unwrap_err().fault, Fault::Denied);
        for asked in serving.join().unwrap() {
            assert_eq!(asked, "GET /signing-profiles/release?profileOwner=123456789012 ");
        }
    }

    #[tokio::test]
    async fn a_version_of_an_object_is_signed_once_for_its_token() {
        let (endpoint, serving) = signer(&[Ok(r#"{"jobId": "j-1", "jobOwner": "123456789012"}"#)]);
        let request = SigningRequest {
            bucket: "artifacts".to_owned(),
            key: "built/transform.zip".to_owned(),
            version: "3sL4".to_owned(),
            prefix: "signing/transform-".to_owned(),
            profile: release(),
            token: "0f1e".to_owned(),
        };
        assert_eq!(start(&client(&endpoint).await, &request).await.unwrap(), "j-1");
        let asked = serving.join().unwrap().remove(0);
        let body = asked.strip_prefix("POST /signing-jobs ").unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let expected = serde_json::json!({
            "source": {"s3": {"bucketName": "artifacts", "key": "built/transform.zip", "version": "3sL4"}},
            "destination": {"s3": {"bucketName": "artifacts", "prefix": "signing/transform-"}},
            "profileName": "release",
            "profileOwner": "123456789012",
            "clientRequestToken": "0f1e",
        });
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn a_job_is_pending_done_or_failed_with_a_reason() {
        let (endpoint, serving) = signer(&[
            Ok(r#"{"jobId": "j-1", "status": "InProgress"}"#),
            Ok(r#"{"status": "Succeeded", "profileVersion": "v1", "signedObject": {"s3": {"key": "signing/x.zip"}}}"#),
            Ok(r#"{"status": "Failed", "statusReason": "The object is no archive"}"#),
            Ok(r#"{"status": "Failed"}"#),
        ]);
        let client = client(&endpoint).await;
        let done = SigningJob::Done { key: "signing/x.zip".to_owned(), version: "v1".to_owned() };
        let failed = |reason: &str| SigningJob::Failed(reason.to_owned());
        let silent = failed("job j-1 is Failed, without a reason");
        for expected in [SigningJob::Pending, done, failed("The object is no archive"), silent] {
            assert_eq!(job(&client, "j-1").await.unwrap(), expected);
        }
        for asked in serving.join().unwrap() {
            assert_eq!(asked, "GET /signing-jobs/j-1 ");
        }
    }
}
