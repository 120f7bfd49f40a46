//! Content hashes.

use base64::Engine as _;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 over length-prefixed parts, in hex.
pub fn hex(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    in_hex(&hash.finalize())
}

/// SHA-256 of the bytes alone.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Bytes in base64, as S3 writes checksums.
pub fn in_base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Bytes in hexadecimal.
pub fn in_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
