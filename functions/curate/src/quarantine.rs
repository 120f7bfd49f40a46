//! The rows that a batch is refused for, and why: gathered in a temporary file, since there may be as many as there are
//! rows, and nobody knows before the last page whether the batch is even the one that was pulled.

use contract::{Folder, Handle, ReadWrite};
use runtime::{LargeObjects, Pause, Quarantined, RECORD_KEPT, Writable};
use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Read, Seek, Write},
};

use crate::sorted::NoRoom;

const STEP: usize = 256 * 1_024;

#[derive(Default)]
pub(crate) struct Quarantine {
    file: Option<BufWriter<File>>,
    count: u64,
    first: Option<String>,
}

impl Quarantine {
    /// `place` is for people, with the page's name.
    pub(crate) fn add(
        &mut self,
        source: &str,
        line: u64,
        place: &str,
        reason: &str,
        record: &[u8],
    ) -> Result<(), NoRoom> {
        let kept = &record[..record.len().min(RECORD_KEPT)];
        let cut_from = (kept.len() < record.len()).then_some(record.len() as u64);
        let quarantined = Quarantined { source, place: ("line", line.into()), reason, record: kept, cut_from };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(BufWriter::new(tempfile::tempfile()?)),
        };
        file.write_all(quarantined.line().as_bytes())?;
        self.count += 1;
        self.first.get_or_insert_with(|| format!("{place}: {reason}"));
        Ok(())
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The first reason.
    pub(crate) fn first(&self) -> Option<String> {
        self.first.clone()
    }

    /// Writes it where it is to be.
    pub(crate) async fn upload<O: LargeObjects, P: Pause>(
        self,
        folder: &Handle<ReadWrite<Folder>>,
        objects: &O,
        pause: &P,
        name: &str,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Some(file) = self.file else { return Ok(()) };
        let mut file = file.into_inner().map_err(|error| NoRoom::from(error.into_error()))?;
        file.rewind().map_err(NoRoom::from)?;
        let (mut upload, mut step) = (folder.upload(objects, pause, name)?, vec![0; STEP]);
        loop {
            let read = file.read(&mut step).map_err(NoRoom::from)?;
            if read == 0 {
                return Ok(upload.finish().await?);
            }
            upload.write(&step[..read]).await?;
        }
    }
}
