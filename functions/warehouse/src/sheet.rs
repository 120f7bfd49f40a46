//! A file as it streams by: unpacked, its header checked, its records counted.

use flate2::write::MultiGzDecoder;
use std::io::Write;

use crate::{failure::LoadError, target::Target};

/// What is unpacked at once becomes at most a thousand times as much.
const MORSEL: usize = 16 * 1_024;

/// No header of ours is longer.
const LONGEST_HEADER: usize = 16 * 1_024;

/// Takes a file's bytes and gives its text, the header with it.
pub struct SheetReader {
    target: Target,
    unpacked: MultiGzDecoder<Vec<u8>>,
    header: Option<Vec<u8>>,
    quoted: bool,
    /// Something came since the last end of a record.
    open: bool,
    records: u64,
}

impl SheetReader {
    pub fn new(target: Target) -> Self {
        let unpacked = MultiGzDecoder::new(Vec::new());
        Self { target, unpacked, header: Some(Vec::new()), quoted: false, open: false, records: 0 }
    }

    /// The text of these bytes, to be given on in pieces.
    pub fn read(&mut self, bytes: &[u8], mut give: impl FnMut(Vec<u8>)) -> Result<(), LoadError> {
        for morsel in bytes.chunks(MORSEL) {
            self.unpacked.write_all(morsel).map_err(|error| not_gzip(&error))?;
            let text = std::mem::take(self.unpacked.get_mut());
            if !text.is_empty() {
                self.look_at(&text)?;
                give(text);
            }
        }
        Ok(())
    }

    /// The last of the text, and the number of records after the header.
    pub fn end(mut self) -> Result<(Vec<u8>, u64), LoadError> {
        self.unpacked.try_finish().map_err(|error| not_gzip(&error))?;
        let text = std::mem::take(self.unpacked.get_mut());
        self.look_at(&text)?;
        if let Some(header) = self.header.take() {
            self.check(&header)?;
        } else if self.quoted {
            return Err(LoadError::File("it ends within quotes".to_owned()));
        }
        Ok((text, self.records + u64::from(self.open)))
    }

    /// The text up to here has a whole header, and it is right.
    pub fn has_header(&self) -> bool {
        self.header.is_none()
    }

    fn look_at(&mut self, text: &[u8]) -> Result<(), LoadError> {
        let mut rest = text;
        if let Some(mut header) = self.header.take() {
            let end = text.iter().position(|byte| *byte == b'\n');
            header.extend_from_slice(&text[..end.unwrap_or(text.len())]);
            if end.is_none() && header.len() < LONGEST_HEADER {
                self.header = Some(header);
                return Ok(());
            }
            self.check(&header)?;
            rest = &text[end.map_or(text.len(), |end| end + 1)..];
        }
        for byte in rest {
            match byte {
                b'"' => self.quoted = !self.quoted,
                b'\n' if !self.quoted => {
                    self.records += 1;
                    self.open = false;
                    continue;
                }
                _ => {}
            }
            self.open = true;
        }
        Ok(())
    }

    fn check(&self, header: &[u8]) -> Result<(), LoadError> {
        let header = String::from_utf8_lossy(header);
        let found: Vec<&str> = header.trim_end_matches('\r').split(',').map(|name| name.trim_matches('"')).collect();
        let expected: Vec<&str> = self.target.columns().iter().map(|column| column.name).collect();
        let lacking: Vec<&str> = expected.iter().filter(|name| !found.contains(name)).copied().collect();
        if !lacking.is_empty() {
            return Err(LoadError::File(format!("line 1: the header lacks {}", lacking.join(", "))));
        }
        let odd = found.iter().zip(expected.iter().map(Some).chain(std::iter::repeat(None))).zip(1..);
        for ((found, expected), place) in odd {
            if Some(found) != expected {
                let expected = expected.map_or("nothing more", |name| *name);
                return Err(LoadError::File(format!(
                    "line 1: column {place} is '{found}' where {expected} is expected"
                )));
            }
        }
        Ok(())
    }
}

fn not_gzip(error: &std::io::Error) -> LoadError {
    LoadError::File(format!("it cannot be unpacked as gzip: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap()
    }

    fn read(bytes: &[u8], cut: usize) -> Result<(String, u64), LoadError> {
        let mut reader = SheetReader::new(Target::Address);
        let mut text = Vec::new();
        for part in bytes.chunks(cut.max(1)) {
            reader.read(part, |more| text.extend(more))?;
        }
        let (last, records) = reader.end()?;
        text.extend(last);
        Ok((String::from_utf8(text).unwrap(), records))
    }

    fn header() -> String {
        Target::Address.columns().iter().map(|column| column.name).collect::<Vec<_>>().join(",")
    }

    proptest! {
        #[test]
        fn however_it_is_cut_the_text_is_the_same_and_records_are_counted(cut in 1..200_usize, rows in 0..20_u64, last: bool) {
            let mut text = format!("{}\r\n", header());
            let rest = "\"a \"\"quoted\"\"\nline\",,,,,10115\r\n";
            text.extend((0..rows).map(|row| format!("{row},{rest}")));
            if last {
                text.push_str("1,,,,,,");
            }
            let (read, records) = read(&packed(&text), cut).unwrap();
            prop_assert_eq!(read, text);
            prop_assert_eq!(records, rows + u64::from(last));
        }
    }

    #[test]
    fn a_wrong_header_is_named_with_its_line() {
        let why = |text: &str| read(&packed(text), 7).unwrap_err().to_string();
        let lacking = why("id,realEstate_address_city\n1,Berlin\n");
        assert!(lacking.contains("line 1: the header lacks realEstate_address_geoHierarchy_city_name, "), "{lacking}");
        assert!(why("").contains("line 1: the header lacks id"));
        let swapped = header().replace("id,realEstate_address_city,", "realEstate_address_city,id,");
        assert!(why(&swapped).contains("column 1 is 'realEstate_address_city' where id is expected"));
        assert!(why(&format!("{},more\n", header())).contains("column 8 is 'more' where nothing more is expected"));
    }

    #[test]
    fn what_is_no_gzip_or_only_a_part_of_it_is_refused() {
        assert!(read(b"id,city\n", 100).unwrap_err().to_string().contains("cannot be unpacked"));
        let whole = packed(&format!("{}\n1,,,,,,\n", header()));
        assert!(read(&whole[..whole.len() - 9], 100).unwrap_err().to_string().contains("cannot be unpacked"));
        assert!(read(&packed(&format!("{}\n1,\"a\n", header())), 100).unwrap_err().to_string().contains("quotes"));
    }
}
