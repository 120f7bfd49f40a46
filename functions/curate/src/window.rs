//! Bytes that come in pieces, as one stretch that is long enough for what is being looked at.

use bytes::Bytes;
use std::io::{self, BufRead, Read};

/// What may be held of a page: a record that is longer is none.
pub(crate) const LONGEST: usize = runtime::RECORD_LIMIT;
pub(crate) const TOO_LONG: &str = "a record of more than a megabyte";

/// What stands at the beginning of some files and is no part of them.
pub(crate) const MARK: &[u8] = b"\xef\xbb\xbf";

pub(crate) struct Window<I> {
    pieces: I,
    held: Vec<u8>,
    at: usize,
}

impl<I: Iterator<Item = Bytes>> Window<I> {
    /// Without a byte order mark.
    pub(crate) fn new(pieces: I) -> Self {
        let mut window = Self { pieces, held: Vec::new(), at: 0 };
        while window.held.len() < MARK.len() && window.more() {}
        if window.held.starts_with(MARK) {
            window.pass(MARK.len());
        }
        window
    }

    /// What has come and was not passed yet.
    pub(crate) fn held(&self) -> &[u8] {
        &self.held[self.at..]
    }

    pub(crate) fn pass(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Holds more; says no at the end.
    pub(crate) fn more(&mut self) -> bool {
        let Some(piece) = self.pieces.by_ref().find(|piece| !piece.is_empty()) else { return false };
        self.held.drain(..self.at);
        self.at = 0;
        self.held.extend_from_slice(&piece);
        true
    }
}

/// The same for what reads by itself. Between two [`refill`](Self::refill)s it gives no more than a record may have.
pub(crate) struct Rationed<I> {
    window: Window<I>,
    left: usize,
}

impl<I: Iterator<Item = Bytes>> Rationed<I> {
    pub(crate) fn new(pieces: I) -> Self {
        Self { window: Window::new(pieces), left: LONGEST }
    }

    pub(crate) fn refill(&mut self) {
        self.left = LONGEST;
    }

    /// Whether it ended something for being too long.
    pub(crate) fn is_used_up(&self) -> bool {
        self.left == 0
    }
}

impl<I: Iterator<Item = Bytes>> BufRead for Rationed<I> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(TOO_LONG));
        }
        if self.window.held().is_empty() {
            self.window.more();
        }
        let held = self.window.held();
        Ok(&held[..held.len().min(self.left)])
    }

    fn consume(&mut self, bytes: usize) {
        self.left -= bytes.min(self.left);
        self.window.pass(bytes);
    }
}

impl<I: Iterator<Item = Bytes>> Read for Rationed<I> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let many = from.len().min(into.len());
        into[..many].copy_from_slice(&from[..many]);
        self.consume(many);
        Ok(many)
    }
}
