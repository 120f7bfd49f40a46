//! From the bytes of a file to the text in it, told apart by what they begin with and not by the file's name, and
//! bounded in what a small file may become.

use flate2::write::MultiGzDecoder;
use std::{io::Write, mem};

/// Text of listings packs to a tenth or a twentieth; what deflate can do at most is a thousandth.
const RATIO: u64 = 250;
/// Below this no ratio is too good: a small file of one line repeated is no attack.
const HARMLESS: u64 = 64 * 1_024 * 1_024;
/// Far above what a function reads before its time is up.
const MOST: u64 = 32 * 1_024 * 1_024 * 1_024;

/// Packed bytes that are unpacked at once: at most eight megabytes can come of them.
const STEP: usize = 8 * 1_024;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Plain,
    Gzip,
    Zip,
    /// Something that nothing here reads.
    Other(&'static str),
}

/// A file that cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BadPack {
    #[error("it is {0}, and gzip or plain UTF-8 text is expected")]
    Unsupported(&'static str),
    #[error("its gzip data is broken or cut off")]
    Gzip(#[source] std::io::Error),
    #[error("{0} is packed within it: only one packing is unpacked")]
    Nested(&'static str),
    #[error("it is refused as a decompression bomb: more than {given} bytes came of {taken}")]
    Bomb { taken: u64, given: u64 },
}

impl Packing {
    /// By the first bytes of a file, of which eight are enough.
    pub fn of(head: &[u8]) -> Self {
        const KNOWN: [(&[u8], Packing); 9] = [
            (b"\x1f\x8b", Packing::Gzip),
            (b"PK\x03\x04", Packing::Zip),
            (b"PK\x05\x06", Packing::Zip),
            (b"PK\x07\x08", Packing::Zip),
            (b"\x28\xb5\x2f\xfd", Packing::Other("zstd data")),
            (b"BZh", Packing::Other("bzip2 data")),
            (b"\xfd7zXZ\0", Packing::Other("xz data")),
            (b"\xff\xfe", Packing::Other("UTF-16 text")),
            (b"\xfe\xff", Packing::Other("UTF-16 text")),
        ];
        KNOWN.iter().find(|(magic, _)| head.starts_with(magic)).map_or(Self::Plain, |(_, packing)| *packing)
    }

    /// For what was unpacked: whether it begins as something that is packed itself.
    pub fn refuse_nested(head: &[u8]) -> Result<(), BadPack> {
        match Self::of(head) {
            Self::Plain => Ok(()),
            nested => Err(BadPack::Nested(nested.name())),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Plain => "text",
            Self::Gzip => "a gzip file",
            Self::Zip => "a zip archive",
            Self::Other(name) => name,
        }
    }
}

/// How much may come of so many packed bytes.
#[derive(Debug, Default)]
pub struct Budget {
    taken: u64,
    given: u64,
}

impl Budget {
    pub fn take(&mut self, packed: u64) {
        self.taken += packed;
    }

    /// Fails as soon as too much came of what was taken.
    pub fn give(&mut self, plain: u64) -> Result<(), BadPack> {
        self.given += plain;
        let most = HARMLESS.max(self.taken.saturating_mul(RATIO)).min(MOST);
        if self.given > most { Err(BadPack::Bomb { taken: self.taken, given: most }) } else { Ok(()) }
    }
}

/// Takes a file's bytes as they come and gives the text in them, in pieces of bounded size.
pub struct Unpack {
    decoder: Option<MultiGzDecoder<Vec<u8>>>,
    budget: Budget,
    plain: Vec<u8>,
    begun: bool,
}

impl Unpack {
    pub fn new(packing: Packing) -> Result<Self, BadPack> {
        let decoder = match packing {
            Packing::Plain => None,
            Packing::Gzip => Some(MultiGzDecoder::new(Vec::new())),
            Packing::Zip | Packing::Other(_) => return Err(BadPack::Unsupported(packing.name())),
        };
        Ok(Self { decoder, budget: Budget::default(), plain: Vec::new(), begun: false })
    }

    /// The pieces of a file that are to be pushed one by one.
    pub fn steps(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
        bytes.chunks(STEP)
    }

    pub fn push<'a>(&'a mut self, step: &'a [u8]) -> Result<&'a [u8], BadPack> {
        let Some(decoder) = &mut self.decoder else { return Ok(step) };
        decoder.write_all(step).map_err(BadPack::Gzip)?;
        self.plain = mem::take(decoder.get_mut());
        self.budget.take(step.len() as u64);
        self.given()
    }

    /// What is left at the end of the file.
    pub fn finish(&mut self) -> Result<&[u8], BadPack> {
        let Some(mut decoder) = self.decoder.take() else { return Ok(&[]) };
        decoder.try_finish().map_err(BadPack::Gzip)?;
        self.plain = mem::take(decoder.get_mut());
        self.given()
    }

    fn given(&mut self) -> Result<&[u8], BadPack> {
        self.budget.give(self.plain.len() as u64)?;
        if !self.begun && !self.plain.is_empty() {
            self.begun = true;
            Packing::refuse_nested(&self.plain)?;
        }
        Ok(&self.plain)
    }
}

#[cfg(test)]
#[path = "unpack_tests.rs"]
mod tests;
