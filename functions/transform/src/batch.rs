//! What comes of the lines of one object.

use runtime::{Counts, LargeObjects, Line, Pause, Rejects};
use std::error::Error;

use crate::{listing::Listing, sheet::Unwritten, sheets::Sheets};

pub(crate) struct Batch<'a, O, P> {
    pub(crate) sheets: Sheets<'a, O, P>,
    pub(crate) rejects: Rejects<'a>,
    pub(crate) counts: Counts,
    unwritten: Option<Unwritten>,
}

impl<'a, O: LargeObjects, P: Pause> Batch<'a, O, P> {
    pub(crate) fn new(sheets: Sheets<'a, O, P>, rejects: Rejects<'a>) -> Self {
        Self { sheets, rejects, counts: Counts::default(), unwritten: None }
    }

    pub(crate) fn take(&mut self, source: &str, line: Line<'_>) {
        self.counts.input += 1;
        if line.cut_from.is_some() {
            return self.reject(source, line, "too long for a listing");
        }
        match Listing::parse(line.bytes) {
            Err(reason) => self.reject(source, line, &reason),
            Ok(Listing::NotOk) => self.counts.dropped += 1,
            Ok(Listing::Row(row)) => {
                self.counts.out += 1;
                self.counts.bytes += line.bytes.len();
                if let Err(unwritten) = self.sheets.add(&row) {
                    self.unwritten.get_or_insert(unwritten);
                }
            }
        }
    }

    /// Writes what is ready, so that it does not stay in memory.
    pub(crate) async fn flush(&mut self, objects: &O, pause: &P) -> Result<(), Box<dyn Error + Send + Sync>> {
        if let Some(unwritten) = self.unwritten.take() {
            return Err(unwritten.into());
        }
        self.sheets.flush().await?;
        Ok(self.rejects.flush(objects, pause).await?)
    }

    fn reject(&mut self, source: &str, line: Line<'_>, reason: &str) {
        self.counts.rejected += 1;
        self.rejects.add(source, line, reason);
    }
}
