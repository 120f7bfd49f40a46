//! Content hashes.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 over length-prefixed parts, in hex.
pub(crate) fn hex(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    in_hex(&hash.finalize())
}

/// Bytes in hexadecimal.
pub(crate) fn in_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
