//! An object written as its bytes come to be, in bounded memory.
//!
//! Up to one part it is a single put. From there on it is uploaded in parts, of which one at a time is in memory, and
//! nobody sees any of it before the last call. What fails is aborted. What is killed or dropped cannot make a call any
//! more: its parts go with the bucket's rule for unfinished uploads.

use bytes::Bytes;

use crate::{LargeObjects, PartId, Pause, PortError, UploadId, location::Object, retry::patiently};

pub struct Upload<'a, O, P> {
    objects: &'a O,
    pause: &'a P,
    object: Object,
    part_size: usize,
    waiting: Vec<u8>,
    begun: Option<UploadId>,
    parts: Vec<PartId>,
}

impl<'a, O: LargeObjects, P: Pause> Upload<'a, O, P> {
    pub(crate) fn new(objects: &'a O, pause: &'a P, object: Object) -> Self {
        let part_size = objects.part_size();
        Self { objects, pause, object, part_size, waiting: Vec::new(), begun: None, parts: Vec::new() }
    }

    /// Where it will be.
    pub fn uri(&self) -> String {
        self.object.uri()
    }

    /// After an error the upload is aborted and takes nothing more.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), PortError> {
        self.waiting.extend_from_slice(bytes);
        while self.waiting.len() >= self.part_size {
            let rest = self.waiting.split_off(self.part_size);
            let part = std::mem::replace(&mut self.waiting, rest);
            if let Err(error) = self.put_part(part.into()).await {
                self.abort().await;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Makes the object visible, all of it at once.
    pub async fn finish(mut self) -> Result<(), PortError> {
        let finished = self.finish_unguarded().await;
        if finished.is_err() {
            self.abort().await;
        }
        finished
    }

    /// Takes back what was uploaded. That it fails is no more than a warning: the bucket's rule does it later.
    pub async fn abort(&mut self) {
        let Some(upload) = self.begun.take() else { return };
        if let Err(error) = patiently(self.pause, async || self.objects.abort(&self.object, &upload).await).await {
            tracing::warn!("an unfinished upload is left to the bucket's rule for them: {}", crate::chain(&error));
        }
    }

    async fn finish_unguarded(&mut self) -> Result<(), PortError> {
        let rest = std::mem::take(&mut self.waiting);
        if self.begun.is_none() {
            return patiently(self.pause, async || self.objects.put(&self.object, &rest).await).await;
        }
        if !rest.is_empty() {
            self.put_part(rest.into()).await?;
        }
        let Some(upload) = &self.begun else { return Ok(()) };
        let complete = async || self.objects.complete(&self.object, upload, self.parts.clone()).await;
        patiently(self.pause, complete).await
    }

    async fn put_part(&mut self, body: Bytes) -> Result<(), PortError> {
        let upload = match &mut self.begun {
            Some(upload) => upload,
            begun => begun.insert(patiently(self.pause, async || self.objects.begin(&self.object).await).await?),
        };
        let number = self.parts.len();
        let put = async || self.objects.put_part(&self.object, upload, number, body.clone()).await;
        self.parts.push(patiently(self.pause, put).await?);
        Ok(())
    }
}

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
