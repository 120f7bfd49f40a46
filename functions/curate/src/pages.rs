//! Reads the pages of a batch, each to its end, and sees that they are those that were pulled.
//!
//! A page is taken apart by a thread, so that it is not waited for while bytes come and are hashed. What is wrong in a page
//! is its rows' business; a page that is not the one of the manifest is an error, whatever is in it.

use contract::{
    Folder, Handle, Read,
    rates::{Format, MANIFEST, Manifest, PageNote},
};
use runtime::{LargeObjects, Pause, Readable};
use sha2::{Digest, Sha256};
use std::{error::Error, sync::mpsc::sync_channel, thread};

use crate::{csv, intake::Intake, json, sorted::NoRoom, xml};

type BoxError = Box<dyn Error + Send + Sync>;

/// Pieces that have come and are not taken apart yet.
const WAITING: usize = 32;

#[derive(Debug, thiserror::Error)]
#[error(
    "{uri} is not the page that was pulled: it has {bytes} bytes with the SHA-256 {sha256}, and the manifest says {} bytes with \
     {}; have the batch pulled again",
    note.bytes, note.sha256
)]
struct Altered {
    uri: String,
    bytes: u64,
    sha256: String,
    note: PageNote,
}

pub(crate) struct Pages<'a, O, P> {
    pub(crate) folder: &'a Handle<Read<Folder>>,
    pub(crate) objects: &'a O,
    pub(crate) pause: &'a P,
    pub(crate) manifest: &'a Manifest,
}

impl<O: LargeObjects, P: Pause> Pages<'_, O, P> {
    pub(crate) async fn read(&self, mut intake: Intake) -> Result<Intake, BoxError> {
        for note in &self.manifest.pages {
            intake = self.page(note, intake).await?;
        }
        intake.close(self.uri(MANIFEST), MANIFEST)?;
        Ok(intake)
    }

    async fn page(&self, note: &PageNote, mut intake: Intake) -> Result<Intake, BoxError> {
        let (uri, format, rows) = (self.uri(&note.name), self.manifest.format, note.rows);
        intake.turn_to(uri.clone(), &note.name, if format == Format::Csv { "line" } else { "row" });
        let (give, pieces) = sync_channel(WAITING);
        let taking = thread::Builder::new().name(note.name.clone()).spawn(move || {
            let pieces = pieces.into_iter();
            match format {
                Format::Json => json::read(pieces, &mut intake),
                Format::Csv => csv::read(pieces, &mut intake),
                Format::Xml => xml::read(pieces, &mut intake),
            }?;
            intake.compare(rows)?;
            Ok::<_, NoRoom>(intake)
        })?;
        let name = format!("{}{}", self.manifest.batch.raw(), note.name);
        let mut reader = self.folder.read(self.objects, self.pause, &name)?;
        let mut hash = Sha256::new();
        let mut is_taken = true;
        while let Some(piece) = reader.next().await? {
            hash.update(&piece);
            // Nobody takes it where the page broke off before; it is still looked at whether it is the one that was pulled.
            is_taken = is_taken && give.send(piece).is_ok();
        }
        drop(give);
        let taken = taking.join().map_err(|_| format!("{uri} could not be taken apart"))?;
        let (bytes, sha256) = (reader.position(), in_hex(&hash.finalize()));
        if bytes != note.bytes || !sha256.eq_ignore_ascii_case(&note.sha256) {
            return Err(Altered { uri, bytes, sha256, note: note.clone() }.into());
        }
        Ok(taken?)
    }

    fn uri(&self, name: &str) -> String {
        format!("{}{}{name}", self.folder.name(), self.manifest.batch.raw())
    }
}

pub(crate) fn in_hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
