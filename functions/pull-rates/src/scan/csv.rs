//! CSV: the header has to be there, and quotes have to be closed.

use contract::rates::PULLED;
use memchr::memchr2;

use super::{Bad, Found};

/// Of the header; what is longer is none.
const HEADER: usize = 4 * 1_024;

#[derive(Default)]
pub(crate) struct Csv {
    at: u64,
    quoted: bool,
    /// There is something in this line.
    begun: bool,
    /// With the header.
    lines: u64,
    header: Vec<u8>,
}

impl Csv {
    pub(crate) fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let end = memchr2(b'\n', b'"', bytes).unwrap_or(bytes.len());
            let (plain, rest) = bytes.split_at(end);
            self.begin(plain);
            self.at += plain.len() as u64;
            let Some((mark, rest)) = rest.split_first() else { return };
            self.at += 1;
            bytes = rest;
            if *mark == b'"' {
                // One that is doubled closes and opens again.
                self.quoted = !self.quoted;
                self.begin(b"\"");
            } else if !self.quoted && self.begun {
                self.lines += 1;
                self.begun = false;
            }
        }
    }

    pub(crate) fn finish(self) -> Result<Found, Bad> {
        let bad = |why: &str| Err(Bad { at: self.at + 1, why: why.to_owned() });
        if self.quoted {
            return bad("the page ends within quotes");
        }
        let header = String::from_utf8_lossy(&self.header).to_ascii_lowercase();
        if let Some(missing) = PULLED.iter().find(|column| !header.contains(**column)) {
            let first = if header.is_empty() { "the page is empty" } else { "it is no page of prices" };
            return Err(Bad { at: 1, why: format!("{first}: the first line has no column {missing}") });
        }
        Ok(Found { next: None, rows: (self.lines + u64::from(self.begun)).saturating_sub(1) })
    }

    fn begin(&mut self, bytes: &[u8]) {
        if self.lines == 0 {
            let room = HEADER.saturating_sub(self.header.len());
            self.header.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        self.begun |= bytes.iter().any(|byte| *byte != b'\r');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(page: &str, pieces: usize) -> Result<Found, String> {
        let mut csv = Csv::default();
        page.as_bytes().chunks(pieces).for_each(|piece| csv.take(piece));
        csv.finish().map_err(|bad| bad.to_string())
    }

    #[test]
    fn lines_are_counted_and_not_those_within_quotes() {
        let header = "orig_code,\"dest_code\",day,price\r\n";
        for (rows, count) in [("", 0), ("a,b,c,1\r\n", 1), ("a,b,c,1\n\n\r\nd,\"e\"\"\nf\",g,2", 2), ("\n\n", 0)] {
            for pieces in [1, 3, 1_000] {
                assert_eq!(scan(&format!("{header}{rows}"), pieces).map(|found| found.rows), Ok(count), "{rows:?}");
            }
        }
    }

    #[test]
    fn what_is_no_page_is_told() {
        let why = |page: &str| scan(page, 7).unwrap_err();
        assert_eq!(why(""), "at byte 1, the page is empty: the first line has no column orig_code");
        assert!(why("<html>\n<body>").starts_with("at byte 1, it is no page of prices"));
        assert_eq!(why("orig_code,dest_code,day,price\n\"a,b"), "at byte 35, the page ends within quotes");
    }
}
