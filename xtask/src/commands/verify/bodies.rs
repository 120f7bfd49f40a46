//! What objects hold, read as plainly as can be: a file at a time, all of it in memory.

use flate2::read::MultiGzDecoder;
use std::io::{Cursor, Read};

/// The lines of a file that is plain, a gzip or a zip; none if it cannot be read.
pub(super) fn lines(bytes: &[u8]) -> Option<Vec<String>> {
    let mut text = Vec::new();
    match bytes {
        [0x1f, 0x8b, ..] => MultiGzDecoder::new(bytes).read_to_end(&mut text).map(drop).ok()?,
        [b'P', b'K', ..] => {
            let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
            for number in 0..zip.len() {
                zip.by_index(number).ok()?.read_to_end(&mut text).ok()?;
                if text.last().is_some_and(|last| *last != b'\n') {
                    text.push(b'\n');
                }
            }
        }
        _ => text.extend_from_slice(bytes),
    }
    Some(text.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned()).collect())
}
