//! The three files of a batch, which are begun with its first row: a batch without rows has none.
//!
//! All bytes of all three are uploaded before the first of them becomes visible. What is killed between them is
//! delivered again and writes the same bytes under the same names, those that are there already included, so the
//! loader, which hears of each file on its own, hears of each of them at last.

use contract::{Folder, Handle, Write, flats::SHEETS};
use runtime::{LargeObjects, Pause, Writable};

use crate::{
    listing::Row,
    sheet::{SheetFile, Unwritten},
};

pub(crate) struct Sheets<'a, O, P> {
    folder: &'a Handle<Write<Folder>>,
    objects: &'a O,
    pause: &'a P,
    /// The folder of the batch, without a slash.
    stem: String,
    files: Vec<SheetFile<'a, O, P>>,
}

impl<'a, O: LargeObjects, P: Pause> Sheets<'a, O, P> {
    pub(crate) fn new(folder: &'a Handle<Write<Folder>>, objects: &'a O, pause: &'a P, stem: String) -> Self {
        Self { folder, objects, pause, stem, files: Vec::new() }
    }

    pub(crate) fn add(&mut self, row: &Row<'_>) -> Result<(), Unwritten> {
        if self.files.is_empty() {
            for sheet in &SHEETS {
                let name = format!("{}/{}", self.stem, sheet.file);
                let upload = self.folder.upload(self.objects, self.pause, &name)?;
                self.files.push(SheetFile::new(sheet, upload)?);
            }
        }
        self.files.iter_mut().try_for_each(|file| file.add(row))
    }

    pub(crate) async fn flush(&mut self) -> Result<(), Unwritten> {
        for file in &mut self.files {
            file.flush().await?;
        }
        Ok(())
    }

    pub(crate) async fn finish(&mut self) -> Result<(), Unwritten> {
        for file in &mut self.files {
            file.close().await?;
        }
        while !self.files.is_empty() {
            self.files.remove(0).finish().await?;
        }
        Ok(())
    }

    /// Takes back what is not visible yet.
    pub(crate) async fn abort(&mut self) {
        for file in &mut self.files {
            file.abort().await;
        }
    }
}
