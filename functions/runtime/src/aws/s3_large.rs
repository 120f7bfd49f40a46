//! S3 for large objects: read as a stream, written in parts.

use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
use object_store::{Error, GetOptions, GetRange, ObjectStore, multipart::MultipartStore};

use super::s3::{Pace, S3, fault, path};
use crate::{
    Body, LargeObjects, Opened, PartId, PortError, UploadId,
    location::{Object, Source},
};

/// S3 takes no smaller part; ten thousand of them are 52 GB.
const PART: usize = 5 * 1_024 * 1_024;

pub struct S3Body {
    stream: BoxStream<'static, Result<Bytes, Error>>,
    source: Source,
}

impl Body for S3Body {
    async fn next(&mut self) -> Result<Option<Bytes>, PortError> {
        let next = self.stream.next().await.transpose();
        next.map_err(|error| self.source.failed("read", fault(&error)).because(error))
    }
}

impl LargeObjects for S3 {
    type Body = S3Body;

    fn part_size(&self) -> usize {
        PART
    }

    async fn open(&self, source: &Source, from: u64) -> Result<Opened<S3Body>, PortError> {
        let options = GetOptions {
            version: source.version().map(str::to_owned),
            // Notifications and answers differ in whether they quote it.
            if_match: source.etag().map(|etag| format!("\"{}\"", etag.trim_matches('"'))),
            range: (from > 0).then_some(GetRange::Offset(from)),
            ..GetOptions::default()
        };
        let object = source.object();
        let get = async { self.store(object.bucket(), Pace::Steady)?.get_opts(&path(object.key())?, options).await };
        let got = get.await.map_err(|error| {
            let failed = source.failed("read", fault(&error));
            match error {
                Error::Precondition { .. } => failed.because(
                    "it was overwritten before it was read, and the bucket keeps no versions: turn versioning on",
                ),
                error => failed.because(error),
            }
        })?;
        let (size, etag) = (got.meta.size, got.meta.e_tag.clone());
        Ok(Opened { body: S3Body { stream: got.into_stream(), source: source.clone() }, size, etag })
    }

    async fn begin(&self, object: &Object) -> Result<UploadId, PortError> {
        let begin = async { self.store(object.bucket(), Pace::Short)?.create_multipart(&path(object.key())?).await };
        begin.await.map(UploadId).map_err(|error| object.failed("begin to upload", fault(&error)).because(error))
    }

    async fn put_part(&self, at: &Object, upload: &UploadId, number: usize, body: Bytes) -> Result<PartId, PortError> {
        let put = async {
            self.store(at.bucket(), Pace::Short)?.put_part(&path(at.key())?, &upload.0, number, body.into()).await
        };
        let part = put.await.map_err(|error| at.failed("upload a part of", fault(&error)).because(error))?;
        Ok(PartId(part.content_id))
    }

    async fn complete(&self, object: &Object, upload: &UploadId, parts: Vec<PartId>) -> Result<(), PortError> {
        let parts = parts.into_iter().map(|part| object_store::multipart::PartId { content_id: part.0 }).collect();
        let complete = async {
            let store = self.store(object.bucket(), Pace::Short)?;
            store.complete_multipart(&path(object.key())?, &upload.0, parts).await
        };
        complete.await.map(drop).map_err(|error| object.failed("complete", fault(&error)).because(error))
    }

    async fn abort(&self, object: &Object, upload: &UploadId) -> Result<(), PortError> {
        let abort =
            async { self.store(object.bucket(), Pace::Short)?.abort_multipart(&path(object.key())?, &upload.0).await };
        abort.await.map_err(|error| object.failed("abort the upload of", fault(&error)).because(error))
    }
}
