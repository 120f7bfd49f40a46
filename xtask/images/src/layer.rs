//! The layer with the function: nothing in it depends on the clock, the file system or the order of things.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

use crate::digest::Digest;
use crate::error::{Error, While};
use crate::files::{Files, Placed, folders};

/// A compressed layer, known by what it unpacks to as well.
pub(crate) struct Layer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Digest,
    /// Of the archive before it was compressed.
    pub(crate) diff_id: Digest,
}

pub(crate) fn pack(files: &Files) -> Result<Layer, Error> {
    let placed = files.placed()?;
    let archive = archive(&placed).failing(|| "cannot pack the files".to_owned())?;
    let bytes = compress(&archive).failing(|| "cannot compress the files".to_owned())?;
    Ok(Layer { digest: Digest::of(&bytes), diff_id: Digest::of(&archive), bytes })
}

fn archive(placed: &BTreeMap<String, Placed<'_>>) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    let folders: BTreeSet<&str> = placed.keys().flat_map(|path| folders(path)).collect();
    for folder in folders {
        let mut header = header(EntryType::Directory, 0o755, 0);
        archive.append_data(&mut header, format!("{folder}/"), io::empty())?;
    }
    for (path, file) in placed {
        let mut header = header(EntryType::Regular, file.mode, file.bytes.len() as u64);
        archive.append_data(&mut header, path, file.bytes)?;
    }
    archive.into_inner()
}

/// Of root, and from the beginning of time.
fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

/// The compressor is named in the manifest of this crate: flate2 takes another one where nobody asks, which gives other
/// bytes.
fn compress(archive: &[u8]) -> io::Result<Vec<u8>> {
    let mut gzip = GzBuilder::new().mtime(0).operating_system(UNKNOWN).write(Vec::new(), Compression::new(6));
    gzip.write_all(archive)?;
    gzip.finish()
}

/// What a gzip header says where it is nobody's business.
const UNKNOWN: u8 = 255;

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;

    fn files() -> Files {
        let long = format!("{}/{}", "folder".repeat(15), "name".repeat(30));
        let assets = [("z.json", "{}"), ("a/b/c.sql", "SELECT 1"), (long.as_str(), "long")];
        Files {
            program: b"program".repeat(1000),
            assets: assets.map(|(name, text)| (name.to_owned(), text.into())).into(),
            certificates: None,
        }
    }

    /// If this changes, every image of old is built and pushed anew. That may be right; it has to be known.
    #[test]
    fn the_bytes_are_these() {
        let layer = pack(&files()).unwrap();
        assert_eq!(layer.diff_id.hex(), "4d0c5ee6c633afadf93f1f75495e279688de993e60d47afd278038266686954e");
        assert_eq!(layer.digest.hex(), "a4aca7944334c47683cc8271398ae2f4e32cfb6b37086eeb8e48d5cb37961bdc");
    }

    #[test]
    fn the_header_tells_nothing() {
        let layer = pack(&files()).unwrap();
        assert_eq!(layer.bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, UNKNOWN]);
    }

    #[test]
    fn folders_come_before_what_is_in_them() {
        let layer = pack(&files()).unwrap();
        let mut archive = tar::Archive::new(GzDecoder::new(layer.bytes.as_slice()));
        let mut seen = BTreeSet::new();
        for entry in archive.entries().unwrap() {
            let entry = entry.unwrap();
            let path = entry.path().unwrap().to_str().unwrap().trim_end_matches('/').to_owned();
            assert!(folders(&path).all(|folder| seen.contains(folder)), "{path}");
            let header = entry.header();
            assert_eq!((header.mtime().unwrap(), header.uid().unwrap(), header.gid().unwrap()), (0, 0, 0));
            let mode = if header.entry_type().is_dir() || path == "var/task/bootstrap" { 0o755 } else { 0o644 };
            assert_eq!(header.mode().unwrap(), mode, "{path}");
            seen.insert(path);
        }
        assert_eq!(seen.len(), 9);
    }
}
