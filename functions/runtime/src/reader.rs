//! An object read from its beginning to its end, whatever happens to the connection in between.
//!
//! Where a stream breaks off, reading goes on at the byte that was to come next, in a request of its own: the larger
//! an object, the likelier a break, and the more would be read again from the beginning. The version, or where the
//! bucket keeps none the entity tag, is asked for each time, so that no two objects are ever read as one.

use bytes::Bytes;
use std::time::Duration;

use crate::{
    Backoff, Body, Fault, LargeObjects, Opened, Pause, PortError,
    location::Source,
    retry::{PATIENCE, worth_another},
};

pub struct Reader<'a, O: LargeObjects, P> {
    objects: &'a O,
    pause: &'a P,
    source: Source,
    opened: Option<Opened<O::Body>>,
    size: Option<u64>,
    at: u64,
    backoff: Backoff,
    head: Option<Bytes>,
}

impl<'a, O: LargeObjects, P: Pause> Reader<'a, O, P> {
    pub(crate) fn new(objects: &'a O, pause: &'a P, source: Source) -> Self {
        Self { objects, pause, source, opened: None, size: None, at: 0, backoff: patience(), head: None }
    }

    /// The first bytes, at least eight unless there are fewer; they come again.
    pub async fn head(&mut self) -> Result<Bytes, PortError> {
        let mut head = Vec::new();
        while head.len() < 8 {
            let Some(bytes) = self.next().await? else { break };
            head.extend_from_slice(&bytes);
        }
        let head = Bytes::from(head);
        self.head = Some(head.clone());
        Ok(head)
    }

    /// The next bytes, none at the end. As long as bytes come, it never runs out of patience.
    pub async fn next(&mut self) -> Result<Option<Bytes>, PortError> {
        if let Some(head) = self.head.take().filter(|head| !head.is_empty()) {
            return Ok(Some(head));
        }
        loop {
            if self.size == Some(self.at) {
                return Ok(None);
            }
            match self.bytes().await {
                Ok(bytes) => {
                    self.at += bytes.len() as u64;
                    self.backoff = patience();
                    return Ok(Some(bytes));
                }
                Err(error) => {
                    self.opened = None;
                    if !worth_another(&error, &mut self.backoff, self.pause).await {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Bytes read so far.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Of the whole object, once the first bytes have come.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Goes on at another byte of the same object, whose [`size`](Self::size) is not passed.
    pub fn go_to(&mut self, at: u64) {
        self.opened = None;
        self.head = None;
        self.at = self.size.map_or(at, |size| at.min(size));
    }

    async fn bytes(&mut self) -> Result<Bytes, PortError> {
        let opened = match &mut self.opened {
            Some(opened) => opened,
            closed => {
                let opened = self.objects.open(&self.source, self.at).await?;
                self.size = Some(opened.size);
                self.source.pin(opened.etag.as_deref());
                if opened.size == self.at {
                    return Ok(Bytes::new());
                }
                closed.insert(opened)
            }
        };
        match opened.body.next().await? {
            Some(bytes) => Ok(bytes),
            None => Err(self.source.failed("read", Fault::Passing).because("it ended before its last byte")),
        }
    }
}

fn patience() -> Backoff {
    let (pauses, first): (u32, Duration) = PATIENCE;
    Backoff::new(pauses, first)
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
