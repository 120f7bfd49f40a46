//! S3's side of the port.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Config;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::{AggregatedBytes, ByteStream, DateTimeFormat as Format};
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, Delete, ObjectIdentifier};
use engine::cloud::{Answer, CloudError, Content, Fault, Kept, ObjectVersion};

use super::error::told;

pub(super) async fn checksum(client: &Client, bucket: &str, key: &str) -> Answer<Option<String>> {
    let call = client.head_object().bucket(bucket).key(key).checksum_mode(ChecksumMode::Enabled);
    match call.send().await.map_err(told("s3:HeadObject")) {
        Ok(object) => Ok(Some(object.checksum_sha256.unwrap_or_default())),
        Err(error) if error.fault == Fault::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) async fn put(client: &Client, bucket: &str, key: &str, content: Content<'_>, sha256: &str) -> Answer {
    let call = "s3:PutObject";
    let body = match content {
        Content::Text(text) => ByteStream::from(text.as_bytes().to_vec()),
        Content::File(file) => ByteStream::from_path(file).await.map_err(|error| CloudError {
            call,
            fault: Fault::Other,
            message: format!("cannot read {}: {error}", file.display()),
        })?,
    };
    let put = client.put_object().bucket(bucket).key(key).body(body).checksum_sha256(sha256);
    put.send().await.map(drop).map_err(told(call))
}

pub(super) async fn put_bytes(client: &Client, bucket: &str, key: &str, bytes: Vec<u8>) -> Answer {
    let put = client.put_object().bucket(bucket).key(key).body(ByteStream::from(bytes));
    put.send().await.map(drop).map_err(told("s3:PutObject"))
}

pub(super) async fn copy(client: &Client, bucket: &str, from: &str, to: &str) -> Answer {
    // Ours have no character that would have to be written otherwise in a header.
    let copy = client.copy_object().bucket(bucket).key(to).copy_source(format!("{bucket}/{from}"));
    copy.checksum_algorithm(ChecksumAlgorithm::Sha256).send().await.map(drop).map_err(told("s3:PutObject"))
}

/// An object as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Now {
    /// As notifications name it: a bucket without versions has one that is called null.
    pub(crate) version: String,
    /// When it came there.
    pub(crate) since: String,
}

pub(super) async fn now(client: &Client, bucket: &str, key: &str) -> Answer<Option<Now>> {
    let object = match client.head_object().bucket(bucket).key(key).send().await.map_err(told("s3:HeadObject")) {
        Ok(object) => object,
        Err(error) if error.fault == Fault::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let version = object.version_id.unwrap_or_else(|| "null".to_owned());
    let since = object.last_modified.and_then(|time| time.fmt(Format::DateTime).ok()).unwrap_or_default();
    Ok(Some(Now { version, since }))
}

pub(super) async fn read(client: &Client, bucket: &str, key: &str) -> Answer<Option<Kept>> {
    let call = "s3:GetObject";
    let object = match client.get_object().bucket(bucket).key(key).send().await.map_err(told(call)) {
        Ok(object) => object,
        Err(error) if error.fault == Fault::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mark = object.e_tag.unwrap_or_default();
    let text = String::from_utf8(bytes(call, object.body).await?).map_err(|_| CloudError {
        call,
        fault: Fault::Other,
        message: format!("{key} in {bucket} is not text"),
    })?;
    Ok(Some(Kept { text, mark }))
}

pub(super) async fn write_if(
    client: &Client,
    bucket: &str,
    key: &str,
    text: &str,
    mark: Option<&str>,
) -> Answer<String> {
    let body = ByteStream::from(text.as_bytes().to_vec());
    let call = client.put_object().bucket(bucket).key(key).body(body);
    let call = match mark {
        Some(mark) => call.if_match(mark),
        None => call.if_none_match("*"),
    };
    // A second attempt of the SDK's own would find what the first one wrote, and take it for somebody else's.
    let once = Config::builder().retry_config(RetryConfig::disabled());
    match call.customize().config_override(once).send().await {
        Ok(written) => Ok(written.e_tag.unwrap_or_default()),
        Err(error) => {
            // What was to be replaced is gone.
            let gone = mark.is_some() && error.code() == Some("NoSuchKey");
            let error = told("s3:PutObject")(error);
            Err(if gone { CloudError { fault: Fault::Overtaken, ..error } } else { error })
        }
    }
}

pub(super) async fn list(client: &Client, bucket: &str, prefix: &str) -> Answer<Vec<String>> {
    let mut keys = Vec::new();
    let mut page = None;
    loop {
        let call = client.list_objects_v2().bucket(bucket).prefix(prefix).set_continuation_token(page);
        let answer = call.send().await.map_err(told("s3:ListBucket"))?;
        keys.extend(answer.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
        page = answer.next_continuation_token;
        if page.is_none() {
            return Ok(keys);
        }
    }
}

pub(super) async fn get(client: &Client, bucket: &str, key: &str) -> Answer<Vec<u8>> {
    let call = "s3:GetObject";
    let object = client.get_object().bucket(bucket).key(key).send().await.map_err(told(call))?;
    bytes(call, object.body).await
}

/// The object's content, whose arrival may end early.
async fn bytes(call: &'static str, body: ByteStream) -> Answer<Vec<u8>> {
    body.collect().await.map(AggregatedBytes::to_vec).map_err(|error| CloudError {
        call,
        fault: Fault::Unreachable,
        message: error.to_string(),
    })
}

pub(super) async fn versions(client: &Client, bucket: &str) -> Answer<Vec<ObjectVersion>> {
    let page = match client.list_object_versions().bucket(bucket).send().await.map_err(told("s3:ListObjectVersions")) {
        Ok(page) => page,
        Err(error) if error.fault == Fault::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let versions = page.versions.unwrap_or_default().into_iter().map(|v| (v.key, v.version_id));
    let markers = page.delete_markers.unwrap_or_default().into_iter().map(|m| (m.key, m.version_id));
    Ok(versions.chain(markers).filter_map(|(key, version)| Some(ObjectVersion { key: key?, version })).collect())
}

pub(super) async fn delete(client: &Client, bucket: &str, versions: &[ObjectVersion]) -> Answer {
    let call = "s3:DeleteObjects";
    let other = |message: String| CloudError { call, fault: Fault::Other, message };
    let identifiers = versions
        .iter()
        .map(|v| ObjectIdentifier::builder().key(&v.key).set_version_id(v.version.clone()).build())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| other(error.to_string()))?;
    let delete = Delete::builder().set_objects(Some(identifiers)).quiet(true).build();
    let delete = delete.map_err(|error| other(error.to_string()))?;
    let answer = client.delete_objects().bucket(bucket).delete(delete).send().await.map_err(told(call))?;
    match answer.errors.unwrap_or_default().first() {
        None => Ok(()),
        Some(error) => Err(other(format!(
            "{} cannot be deleted: {}",
            error.key.as_deref().unwrap_or("an object"),
            error.message.as_deref().unwrap_or("S3 does not say why"),
        ))),
    }
}
