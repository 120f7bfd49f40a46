//! Zip archives, read from a temporary file.
//!
//! What an archive holds stands at its end, and members may say their sizes only there. Asking S3 for ranges would be
//! a call for each of them and for each piece of them; an hour's archive is read once, in one stream, to disk.

use runtime::{Budget, Packing};
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
};
use zip::{ZipArchive, read::ZipFile, result::ZipError};

const STEP: usize = 64 * 1_024;
/// What is said of a member in errors and in quarantine.
const NAME: usize = 200;

#[derive(Debug, thiserror::Error)]
pub(crate) enum BadArchive {
    #[error(
        "the archive cannot be kept in {}: if it is full, give the function more ephemeral storage in the stage file",
        std::env::temp_dir().display()
    )]
    NoRoom(#[source] io::Error),
    #[error("it is no zip archive that can be read")]
    Broken(#[source] ZipError),
    #[error("its zip archive has more than 65,534 members")]
    TooMany,
    #[error("member '{0}' of the zip archive is encrypted: it has to be sent without a password")]
    Encrypted(String),
    #[error("member '{name}' of the zip archive cannot be read")]
    Member { name: String, source: Box<dyn std::error::Error + Send + Sync> },
}

/// An archive on its way to disk.
pub(crate) struct Spool(File);

impl Spool {
    pub(crate) fn new() -> Result<Self, BadArchive> {
        tempfile::tempfile().map(Self).map_err(BadArchive::NoRoom)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), BadArchive> {
        self.0.write_all(bytes).map_err(BadArchive::NoRoom)
    }

    pub(crate) fn open(mut self) -> Result<Archive, BadArchive> {
        let size = self.0.seek(SeekFrom::End(0)).map_err(BadArchive::NoRoom)?;
        if members(&mut self.0, size).map_err(BadArchive::NoRoom)? == Some(u16::MAX) {
            return Err(BadArchive::TooMany);
        }
        let zip = ZipArchive::new(BufReader::new(self.0)).map_err(BadArchive::Broken)?;
        let mut budget = Budget::default();
        budget.take(size);
        Ok(Archive { zip, budget })
    }
}

/// The number of members that the end of an archive tells of, looked up before they are all read into memory. The
/// highest number means that there may be any number of them.
fn members(file: &mut File, size: u64) -> io::Result<Option<u16>> {
    const END: u64 = 22 + u16::MAX as u64;
    file.seek(SeekFrom::Start(size.saturating_sub(END)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    file.rewind()?;
    let end = tail.windows(12).rev().find(|window| window.starts_with(b"PK\x05\x06"));
    Ok(end.map(|end| u16::from_le_bytes([end[10], end[11]])))
}

pub(crate) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    budget: Budget,
}

/// A member while it is read.
pub(crate) struct Member<'a> {
    pub(crate) name: String,
    file: ZipFile<'a, BufReader<File>>,
    budget: &'a mut Budget,
    bytes: Vec<u8>,
    begun: bool,
}

impl Archive {
    pub(crate) fn members(&self) -> usize {
        self.zip.len()
    }

    /// None for a folder, and for what a Mac puts beside the files.
    pub(crate) fn member(&mut self, index: usize) -> Result<Option<Member<'_>>, BadArchive> {
        let raw = self.zip.by_index_raw(index).map_err(BadArchive::Broken)?;
        let name: String = raw.name().map_err(BadArchive::Broken)?.chars().take(NAME).collect();
        if raw.is_dir() || name.starts_with("__MACOSX/") {
            return Ok(None);
        }
        if raw.encrypted() {
            return Err(BadArchive::Encrypted(name));
        }
        drop(raw);
        match self.zip.by_index(index) {
            Ok(file) => Ok(Some(Member { name, file, budget: &mut self.budget, bytes: vec![0; STEP], begun: false })),
            Err(source) => Err(BadArchive::Member { name, source: source.into() }),
        }
    }
}

impl Member<'_> {
    /// The next bytes, none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<&[u8]>, BadArchive> {
        let read = self.read().map_err(|source| BadArchive::Member { name: self.name.clone(), source })?;
        Ok((read > 0).then(|| &self.bytes[..read]))
    }

    fn read(&mut self) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
        let mut read = 0;
        while read < STEP {
            match self.file.read(&mut self.bytes[read..])? {
                0 => break,
                more => read += more,
            }
        }
        self.budget.give(read as u64)?;
        if !self.begun {
            self.begun = true;
            Packing::refuse_nested(&self.bytes[..read])?;
        }
        Ok(read)
    }
}
