//! CSV as bytes come: RFC 4180, with any line ending and with or without a byte order mark.
//!
//! It is strict where a lenient reader would make other rows of a broken file than those that were meant: quotes stand
//! around a whole field or not at all, are closed, and the text is UTF-8.

/// A record longer than this is one whose quotes were not closed.
const LONGEST: usize = 1_024 * 1_024;

const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Why the rest of a file cannot be read, and from which line on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) line: u64,
    pub(crate) why: String,
}

/// One record of at least one field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    text: &'a str,
    ends: &'a [usize],
    /// In which it begins, counted from 1.
    pub(crate) line: u64,
}

impl<'a> Record<'a> {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field, without the space around it.
    pub(crate) fn field(&self, place: usize) -> &'a str {
        let begin = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text[begin..self.ends[place]].trim()
    }

    pub(crate) fn fields(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).map(move |place| self.field(place))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of the file, after so many bytes of a byte order mark.
    Mark(usize),
    /// Before a field.
    Open,
    Plain,
    Quoted,
    /// After a quote that closes a field, unless another one follows.
    Closed,
    /// After a carriage return.
    Returned,
}

#[derive(Debug)]
pub(crate) struct Records {
    state: State,
    text: Vec<u8>,
    ends: Vec<usize>,
    line: u64,
    /// Of the record that is being read.
    begun: u64,
}

impl Default for Records {
    fn default() -> Self {
        Self { state: State::Mark(0), text: Vec::new(), ends: Vec::new(), line: 1, begun: 1 }
    }
}

impl Records {
    /// Takes bytes and gives the records that end in them.
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        mut give: impl FnMut(Record<'_>) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            match (self.state, *byte) {
                (State::Mark(seen), byte) if byte == MARK[seen] => {
                    self.state = if seen == 2 { State::Open } else { State::Mark(seen + 1) };
                }
                (State::Mark(0), _) => {
                    self.state = State::Open;
                    rest = &bytes[bytes.len() - rest.len() - 1..];
                }
                (State::Mark(_), _) => return Err(self.broken("what is not UTF-8")),
                (State::Quoted, b'"') => self.state = State::Closed,
                (State::Quoted, byte) => {
                    self.line += u64::from(byte == b'\n');
                    self.text.push(byte);
                }
                (State::Closed, b'"') => {
                    self.text.push(b'"');
                    self.state = State::Quoted;
                }
                (_, b'\n') => self.end_record(&mut give)?,
                (State::Returned, _) => return Err(self.broken("a carriage return that ends no line")),
                (_, b'\r') => self.state = State::Returned,
                (_, b',') => {
                    self.ends.push(self.text.len());
                    self.state = State::Open;
                }
                (State::Open | State::Closed, b' ' | b'\t') => {}
                (State::Open, b'"') => self.state = State::Quoted,
                (State::Plain, b'"') => return Err(self.broken("a quote within a field that is not quoted")),
                (State::Closed, _) => return Err(self.broken("text after a closing quote")),
                (State::Open | State::Plain, byte) => {
                    self.state = State::Plain;
                    self.text.push(byte);
                    let plain = rest.iter().position(|byte| matches!(byte, b',' | b'\n' | b'\r' | b'"'));
                    let (plain, after) = rest.split_at(plain.unwrap_or(rest.len()));
                    self.text.extend_from_slice(plain);
                    rest = after;
                }
            }
            // Fields of nothing take memory too.
            if self.text.len() + self.ends.len() > LONGEST {
                return Err(self.broken("a record of more than a megabyte, as when a quote is not closed"));
            }
        }
        Ok(())
    }

    /// Gives the last record, if the file does not end with the end of a line.
    pub(crate) fn finish(&mut self, mut give: impl FnMut(Record<'_>) -> Result<(), Broken>) -> Result<(), Broken> {
        match self.state {
            State::Quoted => Err(self.broken("a quote that is never closed")),
            State::Mark(1..) => Err(self.broken("what is not UTF-8")),
            State::Mark(0) => Ok(()),
            State::Open | State::Plain | State::Closed | State::Returned => self.end_record(&mut give),
        }
    }

    fn end_record(&mut self, give: &mut impl FnMut(Record<'_>) -> Result<(), Broken>) -> Result<(), Broken> {
        // An empty line is no record.
        let is_record = !(self.ends.is_empty() && self.text.is_empty());
        if is_record {
            self.ends.push(self.text.len());
            let text = str::from_utf8(&self.text).ok().filter(|text| !text.contains('\0'));
            let text = text.filter(|text| self.ends.iter().all(|end| text.is_char_boundary(*end)));
            let text = text.ok_or_else(|| self.broken("what is not UTF-8"))?;
            give(Record { text, ends: &self.ends, line: self.begun })?;
        }
        self.text.clear();
        self.ends.clear();
        self.state = State::Open;
        self.line += 1;
        self.begun = self.line;
        Ok(())
    }

    fn broken(&self, what: &str) -> Broken {
        Broken { line: self.begun, why: format!("it has {what}") }
    }
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
