//! Has archives signed before functions get them. The key of a signed archive says what is in it and who signed it, so that a
//! plan knows it before there is a signature: what the signer wrote, under a name of its own, is copied there once it is whole.

use std::time::Duration;

use crate::cloud::{Cloud, Fault, SigningJob, SigningRequest};
use crate::engine::Engine;
use crate::failure::{Exit, Failure, Outcome};
use crate::hash;
use crate::host::News;
use crate::preflight::other_version;
use crate::refusal::Asked;
use crate::target::{Archive, Signing};

/// How long a signature is waited for; it takes seconds.
const LONGEST: Duration = Duration::from_mins(10);

/// A job that an earlier run began may have failed, which is no reason to fail again.
const TRIES: u32 = 2;

/// Whether a signed archive is where functions take it from.
pub(super) async fn is_signed<C: Cloud>(engine: &Engine<'_, C>, archive: &Archive) -> Outcome<bool> {
    let Archive { key, .. } = archive;
    let bucket = &engine.target.bucket;
    let there = engine.cloud.object_checksum(bucket, key).await;
    Ok(there.asked(|| format!("cannot look for {key} in bucket {bucket}"))?.is_some())
}

/// Has one signed that is in the bucket as it was built. Asked for twice, it is signed once.
pub(super) async fn sign<C: Cloud>(engine: &Engine<'_, C>, archive: &Archive, signing: &Signing) -> Outcome {
    let function = &archive.function;
    let (bucket, profile) = (&engine.target.bucket, &signing.profile.name);
    engine.host.tell(News::Signing { function, profile });
    let mut reason = String::new();
    for tried in 0..TRIES {
        if tried > 0 {
            // Somebody else may have had it signed.
            let meanwhile = is_signed(engine, archive).await?;
            if meanwhile {
                return Ok(());
            }
            // The signer answers with the job that it knows, also one that came to nothing; a new version is another job.
            let put = super::upload::put(engine, archive).await;
            put.asked(|| format!("cannot upload {function} to bucket {bucket}"))?;
        }
        reason = match job(engine, archive, signing).await? {
            SigningJob::Done { key: made, version } if version == signing.profile.version => {
                if take_over(engine, archive, &made).await? {
                    return Ok(());
                }
                format!("{made} is no longer there")
            }
            SigningJob::Done { version, .. } => return Err(other_version(&engine.target.stage, signing, &version)),
            SigningJob::Failed(reason) => reason,
            SigningJob::Pending => return Err(too_long(function)),
        };
    }
    Err(Failure::new(format!("{function} could not be signed with profile {profile}")).since(reason).hint(
        "look at the job and its reason with 'aws signer list-signing-jobs --status Failed', then run the same command again, \
         which begins another one",
    ))
}

/// Puts what the signer wrote where functions take it from, unless somebody emptied the bucket of it.
async fn take_over<C: Cloud>(engine: &Engine<'_, C>, archive: &Archive, made: &str) -> Outcome<bool> {
    let (bucket, key) = (&engine.target.bucket, &archive.key);
    let copied = engine.cloud.copy_object(bucket, made, key).await;
    if copied.as_ref().is_err_and(|error| error.fault == Fault::NotFound) {
        return Ok(false);
    }
    copied.asked(|| format!("cannot copy {made} to {key} in bucket {bucket}"))?;
    // A stack must never be given code that is not there.
    if is_signed(engine, archive).await? {
        return Ok(true);
    }
    Err(Failure::new(format!("{key} was copied within bucket {bucket}, but is not there"))
        .hint("run the same command again"))
}

fn too_long(function: &str) -> Failure {
    Failure::new(format!("the signature of {function} is not there after {} minutes", LONGEST.as_secs() / 60))
        .hint("the job goes on in AWS; run the same command to follow it")
        .exit(Exit::StillRunning)
}

/// The job for what is in the bucket now, followed to its end or for as long as anybody waits.
async fn job<C: Cloud>(engine: &Engine<'_, C>, archive: &Archive, signing: &Signing) -> Outcome<SigningJob> {
    let Signing { profile, unsigned, prefix } = signing;
    let (cloud, bucket, function) = (&engine.cloud, &engine.target.bucket, &archive.function);
    let version = cloud.object_version(bucket, unsigned).await;
    let Some(version) = version.asked(|| format!("cannot look for {unsigned} in bucket {bucket}"))? else {
        return Ok(SigningJob::Failed(format!("{unsigned} was uploaded to bucket {bucket}, but is not there")));
    };
    // By it, whoever asks for the same again, also after a kill, gets the same job.
    let parts = [bucket, unsigned, &version, &profile.owner, &profile.name, &profile.version].map(String::as_bytes);
    let token = hash::hex(&parts)[..32].to_owned();
    let request = SigningRequest {
        bucket: bucket.clone(),
        key: unsigned.clone(),
        version,
        prefix: prefix.clone(),
        profile: profile.clone(),
        token,
    };
    let job = cloud.start_signing(&request).await.asked(|| format!("cannot have {function} signed"))?;
    let until = cloud.now() + LONGEST;
    loop {
        let state = cloud.signing_job(&job).await.asked(|| format!("cannot follow the signing of {function}"))?;
        if state != SigningJob::Pending || cloud.now() >= until {
            return Ok(state);
        }
        cloud.pause(engine.target.pace.poll).await;
    }
}
