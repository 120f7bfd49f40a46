//! The files that a batch is made of, one after the other, each whole when it is there.

use contract::{
    Folder, Handle, ReadWrite,
    rates::{Batch, PartNote, part},
};
use runtime::{LargeObjects, Pause, Writable};
use std::error::Error;

use crate::{
    columns::{Columns, GROUP},
    row::Row,
    sorted::Sorted,
};

/// Of a part: enough that there are few, and few enough that one is read quickly.
pub(crate) const PART: usize = 10_000_000;

/// How rows are cut up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) part: usize,
    pub(crate) group: usize,
}

impl Default for Cut {
    fn default() -> Self {
        Self { part: PART, group: GROUP }
    }
}

pub(crate) struct Parts<'a, O, P> {
    pub(crate) folder: &'a Handle<ReadWrite<Folder>>,
    pub(crate) objects: &'a O,
    pub(crate) pause: &'a P,
    pub(crate) batch: &'a Batch,
    pub(crate) cut: Cut,
}

impl<O: LargeObjects, P: Pause> Parts<'_, O, P> {
    pub(crate) async fn write(&self, mut rows: Sorted) -> Result<Vec<PartNote>, Box<dyn Error + Send + Sync>> {
        let mut parts = Vec::new();
        let mut first = rows.next(self.cut.group)?;
        while !first.is_empty() {
            let name = part(parts.len());
            let mut upload = self.folder.upload(self.objects, self.pause, &format!("{}{name}", self.batch.data()))?;
            let mut columns = Columns::new(self.batch)?;
            let mut note = PartNote { name, rows: 0, bytes: 0 };
            let mut group = first;
            loop {
                note.rows += group.len() as u64;
                let bytes = grown(columns.add(&group), &mut note)?;
                upload.write(&bytes).await?;
                let left = (self.cut.part as u64).saturating_sub(note.rows);
                group = rows.next(self.cut.group.min(usize::try_from(left).unwrap_or(usize::MAX)))?;
                if group.is_empty() {
                    break;
                }
            }
            upload.write(&grown(columns.finish(), &mut note)?).await?;
            upload.finish().await?;
            parts.push(note);
            first = rows.next(self.cut.group)?;
        }
        Ok(parts)
    }
}

fn grown<E>(bytes: Result<Vec<u8>, E>, note: &mut PartNote) -> Result<Vec<u8>, E> {
    bytes.inspect(|bytes| note.bytes += bytes.len() as u64)
}

/// Rows that memory holds: three eighths of it, beside what is read and written.
pub(crate) fn rows_in(memory_mb: u64) -> usize {
    let bytes = memory_mb.saturating_mul(1_024 * 1_024) / 8 * 3;
    usize::try_from(bytes).unwrap_or(usize::MAX) / size_of::<Row>()
}
