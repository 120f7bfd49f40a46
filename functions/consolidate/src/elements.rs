//! A catalogue cut into its records: one a line, all in one array, or one array a line, however long the file is.
//!
//! Inside of an array, records are told apart by their brackets, so that they may be written over several lines. If
//! one of those turns out to be broken, nobody can tell where it was meant to end: then it ends with its line, and
//! from there on the file is taken line by line. So whatever is broken costs the records around it at most.

use memchr::memchr;
use runtime::{Line, RECORD_KEPT, RECORD_LIMIT};
use serde::de::IgnoredAny;
use std::mem;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a line or an array.
    #[default]
    Outside,
    /// In a line that is a record.
    Line,
    /// In an array, before a record.
    Array,
    /// In a record of an array.
    Element,
}

/// Where in the JSON of a record.
#[derive(Debug, Default)]
struct Inside {
    depth: u32,
    text: bool,
    escaped: bool,
}

#[derive(Debug)]
pub(crate) struct Elements {
    state: State,
    /// The line at hand, from 1.
    line: u64,
    /// The line on which the record at hand began.
    started: u64,
    record: Vec<u8>,
    /// Bytes of the record at hand, if it is too long to be kept.
    cut: Option<u64>,
    inside: Inside,
    /// The record at hand is written over several lines.
    several: bool,
    /// Every line ends what is on it.
    line_by_line: bool,
    /// How much of a byte order mark may still come.
    mark: &'static [u8],
}

impl Default for Elements {
    fn default() -> Self {
        Self {
            state: State::default(),
            line: 1,
            started: 1,
            record: Vec::new(),
            cut: None,
            inside: Inside::default(),
            several: false,
            line_by_line: false,
            mark: b"\xef\xbb\xbf",
        }
    }
}

impl Elements {
    pub(crate) fn push(&mut self, mut bytes: &[u8], take: &mut impl FnMut(Line<'_>)) {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Outside => self.outside(bytes),
                State::Line => self.line(bytes, take),
                State::Array => self.array(bytes),
                State::Element => self.element(bytes, take),
            };
        }
    }

    /// The file ends here, which also ends what is broken.
    pub(crate) fn finish(&mut self, take: &mut impl FnMut(Line<'_>)) {
        if self.state == State::Element && self.several && self.cut.is_none() && !self.line_by_line {
            self.go_line_by_line(take);
        }
        if matches!(self.state, State::Line | State::Element) {
            self.give(take);
        }
    }

    fn outside<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let (first, rest) = (bytes[0], &bytes[1..]);
        match (first, self.mark) {
            (byte, [mark, left @ ..]) if byte == *mark => {
                self.mark = left;
                return rest;
            }
            _ => self.mark = &[],
        }
        match first {
            b'\n' => self.line += 1,
            b' ' | b'\t' | b'\r' => {}
            b'[' => self.state = State::Array,
            b']' | b',' if self.line_by_line => {}
            b'{' if self.line_by_line => {
                self.begin(State::Element);
                return bytes;
            }
            _ => {
                self.begin(State::Line);
                return bytes;
            }
        }
        rest
    }

    fn line<'b>(&mut self, bytes: &'b [u8], take: &mut impl FnMut(Line<'_>)) -> &'b [u8] {
        let Some(end) = memchr(b'\n', bytes) else {
            self.keep(bytes);
            return &[];
        };
        if self.record.is_empty() && end <= RECORD_LIMIT {
            // Most lines: nothing is copied.
            take(Line { number: self.started, bytes: bytes[..end].trim_ascii(), cut_from: None });
        } else {
            self.keep(&bytes[..end]);
            self.give(take);
        }
        self.state = State::Outside;
        &bytes[end..]
    }

    fn array<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        match bytes[0] {
            b'\n' if self.line_by_line => {
                self.state = State::Outside;
                return bytes;
            }
            b'\n' => self.line += 1,
            b' ' | b'\t' | b'\r' | b',' => {}
            b']' => self.state = State::Outside,
            _ => {
                self.begin(State::Element);
                return bytes;
            }
        }
        &bytes[1..]
    }

    fn element<'b>(&mut self, bytes: &'b [u8], take: &mut impl FnMut(Line<'_>)) -> &'b [u8] {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' if self.line_by_line || self.cut.is_some() => {
                    self.line_by_line = true;
                    self.keep(&bytes[..at]);
                    self.give(take);
                    self.state = State::Outside;
                    return &bytes[at..];
                }
                // No text of JSON has one in it.
                b'\n' if self.inside.text => {
                    self.keep(&bytes[..at]);
                    self.go_line_by_line(take);
                    return &bytes[at..];
                }
                b'\n' => {
                    self.line += 1;
                    self.several = true;
                }
                _ if self.inside.escaped => self.inside.escaped = false,
                b'\\' if self.inside.text => self.inside.escaped = true,
                b'"' => self.inside.text = !self.inside.text,
                _ if self.inside.text => {}
                b'{' | b'[' => self.inside.depth += 1,
                b',' | b']' if self.inside.depth == 0 => {
                    self.keep(&bytes[..at]);
                    if self.several && (self.record.len() > RECORD_LIMIT || !is_json(&self.record)) {
                        self.go_line_by_line(take);
                        return &bytes[at..];
                    }
                    self.give(take);
                    self.state = if *byte == b',' { State::Array } else { State::Outside };
                    return &bytes[at + 1..];
                }
                b'}' | b']' => self.inside.depth = self.inside.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.keep(bytes);
        if self.several && self.record.len() > RECORD_LIMIT {
            self.go_line_by_line(take);
        }
        &[]
    }

    fn begin(&mut self, state: State) {
        self.state = state;
        self.started = self.line;
        self.inside = Inside::default();
        self.several = false;
    }

    /// Keeps bytes of the record at hand, up to the limit. What may have to be cut again is kept whole, once.
    fn keep(&mut self, bytes: &[u8]) {
        match &mut self.cut {
            Some(length) => *length += bytes.len() as u64,
            None if self.several || self.record.len() + bytes.len() <= RECORD_LIMIT => {
                self.record.extend_from_slice(bytes);
            }
            cut => {
                *cut = Some((self.record.len() + bytes.len()) as u64);
                self.record.extend_from_slice(&bytes[..bytes.len().min(RECORD_KEPT)]);
                self.record.truncate(RECORD_KEPT);
            }
        }
    }

    fn give(&mut self, take: &mut impl FnMut(Line<'_>)) {
        let cut_from = self.cut.take();
        take(Line { number: self.started, bytes: self.record.trim_ascii(), cut_from });
        self.record.clear();
        self.state = State::Outside;
    }

    /// Takes the record at hand, and all that comes after it, line by line.
    fn go_line_by_line(&mut self, take: &mut impl FnMut(Line<'_>)) {
        self.line_by_line = true;
        self.state = State::Outside;
        self.line = self.started;
        let record = mem::take(&mut self.record);
        self.push(&record, take);
    }
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

#[cfg(test)]
#[path = "elements_tests.rs"]
mod tests;
