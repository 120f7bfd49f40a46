//! Large objects in memory: streams that break, and uploads that are left unfinished.

use bytes::Bytes;
use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use super::{MemoryObjects, Upset, Upsets};
use crate::{
    Body, Fault, LargeObjects, Objects, Opened, PartId, PortError, UploadId,
    location::{Object, Source},
};

/// What was uploaded and is not complete.
#[derive(Default)]
pub(super) struct Uploads {
    parts: RefCell<BTreeMap<UploadId, BTreeMap<usize, Bytes>>>,
    begun: RefCell<usize>,
}

impl MemoryObjects {
    /// Uploads that were neither completed nor aborted.
    pub fn unfinished(&self) -> usize {
        self.uploads.parts.borrow().len()
    }
}

pub struct MemoryBody {
    chunks: VecDeque<Bytes>,
    source: Source,
    upsets: Rc<Upsets>,
    broken: bool,
}

impl Body for MemoryBody {
    async fn next(&mut self) -> Result<Option<Bytes>, PortError> {
        let lost = |fault| Err(self.source.failed("read", fault).because("so the test wants it"));
        if self.broken {
            return lost(Fault::Passing);
        }
        if self.chunks.is_empty() {
            return Ok(None);
        }
        let upset = self.upsets.strike();
        self.broken = !matches!(upset, None | Some(Upset::Entries(_)));
        match upset {
            None | Some(Upset::Entries(_)) => Ok(self.chunks.pop_front()),
            Some(Upset::Before(fault)) => lost(fault),
            Some(Upset::After) => lost(Fault::Passing),
            Some(Upset::CrashBefore | Upset::CrashAfter) => lost(Fault::AccessDenied),
        }
    }
}

impl LargeObjects for MemoryObjects {
    type Body = MemoryBody;

    fn part_size(&self) -> usize {
        self.part_size
    }

    async fn open(&self, source: &Source, from: u64) -> Result<Opened<MemoryBody>, PortError> {
        let body = self.get(source.object()).await?;
        let rest = Bytes::from(body).split_off(usize::try_from(from).unwrap_or(usize::MAX));
        let size = from + rest.len() as u64;
        let chunks = (0..rest.len()).step_by(self.chunk_size);
        let chunks = chunks.map(|at| rest.slice(at..rest.len().min(at + self.chunk_size))).collect();
        let body = MemoryBody { chunks, source: source.clone(), upsets: Rc::clone(&self.upsets), broken: false };
        Ok(Opened { body, size, etag: None })
    }

    async fn begin(&self, object: &Object) -> Result<UploadId, PortError> {
        let number = self.uploads.begun.replace_with(|number| *number + 1);
        let id = UploadId(format!("upload-{number}"));
        self.strike("begin to upload", &object.uri(), || {
            self.uploads.parts.borrow_mut().insert(id.clone(), BTreeMap::new());
        })?;
        Ok(id)
    }

    async fn put_part(&self, at: &Object, upload: &UploadId, number: usize, body: Bytes) -> Result<PartId, PortError> {
        let part = PartId(format!("{number}-{}", body.len()));
        self.known(at, upload)?;
        self.strike("upload a part of", &at.uri(), || {
            if let Some(parts) = self.uploads.parts.borrow_mut().get_mut(upload) {
                parts.insert(number, body);
            }
        })?;
        Ok(part)
    }

    async fn complete(&self, object: &Object, upload: &UploadId, parts: Vec<PartId>) -> Result<(), PortError> {
        self.known(object, upload)?;
        let held = self.uploads.parts.borrow().get(upload).cloned().unwrap_or_default();
        let sizes: Vec<usize> = held.values().map(Bytes::len).collect();
        let small = sizes.iter().rev().skip(1).any(|size| *size < self.part_size);
        if small || parts.len() != held.len() {
            return Err(object.failed("complete", Fault::Invalid).because(format!("parts of {sizes:?} bytes")));
        }
        self.strike("complete", &object.uri(), || {
            self.uploads.parts.borrow_mut().remove(upload);
            self.store(object, &held.into_values().flatten().collect::<Vec<u8>>());
        })
    }

    async fn abort(&self, object: &Object, upload: &UploadId) -> Result<(), PortError> {
        self.strike("abort the upload of", &object.uri(), || {
            self.uploads.parts.borrow_mut().remove(upload);
        })
    }
}

impl MemoryObjects {
    fn known(&self, object: &Object, upload: &UploadId) -> Result<(), PortError> {
        if self.uploads.parts.borrow().contains_key(upload) {
            return Ok(());
        }
        Err(object.failed("upload", Fault::NotFound).because("no such upload"))
    }
}
