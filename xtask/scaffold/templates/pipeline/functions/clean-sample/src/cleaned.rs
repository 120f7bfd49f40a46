//! What comes of the lines of one object.

use runtime::{Counts, LargeObjects, Line, Pause, PortError, Rejects, Upload};

use crate::record;

pub(crate) struct Cleaned<'a, O, P> {
    upload: Upload<'a, O, P>,
    rejects: Rejects<'a>,
    max_record: u64,
    waiting: Vec<u8>,
    counts: Counts,
}

impl<'a, O: LargeObjects, P: Pause> Cleaned<'a, O, P> {
    pub(crate) fn new(upload: Upload<'a, O, P>, rejects: Rejects<'a>, max_record: u64) -> Self {
        Self { upload, rejects, max_record, waiting: Vec::new(), counts: Counts::default() }
    }

    pub(crate) fn take(&mut self, source: &str, line: Line<'_>) {
        self.counts.input += 1;
        let too_long = line.cut_from.is_some() || line.bytes.len() as u64 > self.max_record;
        let cleaned = if too_long { Err("too long for a record".to_owned()) } else { record::clean(line.bytes) };
        match cleaned {
            Ok(cleaned) => {
                self.counts.out += 1;
                self.counts.bytes += cleaned.len() + 1;
                self.waiting.extend_from_slice(cleaned.as_bytes());
                self.waiting.push(b'\n');
            }
            Err(reason) => {
                self.counts.rejected += 1;
                self.rejects.add(source, line, &reason);
            }
        }
    }

    /// Writes what is ready, so that it does not stay in memory.
    pub(crate) async fn flush(&mut self, objects: &O, pause: &P) -> Result<(), PortError> {
        self.upload.write(&std::mem::take(&mut self.waiting)).await?;
        self.rejects.flush(objects, pause).await
    }

    /// Without a record there is no file.
    pub(crate) async fn finish(mut self, objects: &O, pause: &P) -> Result<Counts, PortError> {
        if let Err(error) = self.put_aside(objects, pause).await {
            self.upload.abort().await;
            return Err(error);
        }
        if self.counts.out > 0 {
            self.upload.finish().await?;
        }
        Ok(self.counts)
    }

    async fn put_aside(&mut self, objects: &O, pause: &P) -> Result<(), PortError> {
        self.flush(objects, pause).await?;
        self.rejects.finish(objects, pause).await
    }

    pub(crate) async fn abort(mut self) {
        self.upload.abort().await;
    }
}
