//! One CSV file, compressed and uploaded as its rows come to be.

use contract::flats::Sheet;
use csv::{Terminator, Writer, WriterBuilder};
use flate2::{Compression, write::GzEncoder};
use runtime::{LargeObjects, Pause, PortError, Upload};
use std::{
    cell::RefCell,
    io::{self, Write},
    mem,
    rc::Rc,
};

use crate::listing::{Row, place};

/// A fifth more bytes than the default gives, in a third of its time, which would be most of the function's.
const LEVEL: u32 = 2;

/// What may wait to be uploaded.
const WAITING: usize = 64 * 1_024;

/// Takes what the compressor gives, to be taken out again without asking the compressor to give up what it holds back:
/// then the bytes would depend on when they are uploaded.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) struct SheetFile<'a, O, P> {
    rows: Option<Writer<GzEncoder<Shared>>>,
    packed: Shared,
    cells: Vec<usize>,
    upload: Upload<'a, O, P>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritten {
    #[error("a row cannot be written as CSV")]
    Csv(#[from] csv::Error),
    #[error("a row cannot be compressed")]
    Gzip(#[from] io::Error),
    #[error(transparent)]
    Upload(#[from] PortError),
}

impl<'a, O: LargeObjects, P: Pause> SheetFile<'a, O, P> {
    pub(crate) fn new(sheet: &Sheet, upload: Upload<'a, O, P>) -> Result<Self, Unwritten> {
        let packed = Shared::default();
        // Without a time, so that the same rows are the same bytes.
        let gzip = GzEncoder::new(packed.clone(), Compression::new(LEVEL));
        let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(gzip);
        rows.write_record(sheet.columns)?;
        let cells = sheet.columns.iter().filter_map(|column| place(column)).collect();
        Ok(Self { rows: Some(rows), packed, cells, upload })
    }

    pub(crate) fn add(&mut self, Row(row): &Row<'_>) -> Result<(), Unwritten> {
        let Some(rows) = &mut self.rows else { return Ok(()) };
        Ok(rows.write_record(self.cells.iter().map(|cell| row[*cell].as_bytes()))?)
    }

    /// Uploads what waits, if it is much.
    pub(crate) async fn flush(&mut self) -> Result<(), Unwritten> {
        if self.packed.0.borrow().len() > WAITING {
            self.upload_waiting().await?;
        }
        Ok(())
    }

    /// No row comes any more: all but the last call is done.
    pub(crate) async fn close(&mut self) -> Result<(), Unwritten> {
        if let Some(rows) = self.rows.take() {
            let gzip = rows.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            gzip.finish()?;
        }
        self.upload_waiting().await
    }

    /// Makes the file visible.
    pub(crate) async fn finish(self) -> Result<(), PortError> {
        self.upload.finish().await
    }

    pub(crate) async fn abort(&mut self) {
        self.upload.abort().await;
    }

    async fn upload_waiting(&mut self) -> Result<(), Unwritten> {
        let packed = mem::take(&mut *self.packed.0.borrow_mut());
        Ok(self.upload.write(&packed).await?)
    }
}
