//! A page of CSV: with a header, in any order of columns. Columns that nobody asked for may be there too.
//!
//! A record ends with the line at whose end all quotes are closed. It is strict where a lenient reader would make other
//! fields of a broken record than were meant: quotes stand around a whole field or not at all. Nothing is trimmed.

use bytes::Bytes;
use contract::rates::PULLED;
use memchr::{memchr, memchr_iter};

use crate::{
    intake::Intake,
    row::{Value, Values},
    sorted::NoRoom,
    window::{LONGEST, TOO_LONG, Window},
};

const UNCLOSED: &str = "a quote is never closed";
const QUOTES: &str = "quotes stand neither around a field nor doubled within one";
const NOT_TEXT: &str = "it is not UTF-8";

/// Which value each field is, as the header has it.
struct Header(Vec<Option<usize>>);

pub(crate) fn read(pieces: impl Iterator<Item = Bytes>, intake: &mut Intake) -> Result<(), NoRoom> {
    let (mut window, mut line, mut header) = (Window::new(pieces), 1, None);
    loop {
        let length = match next(&mut window) {
            Ok(Some(length)) => length,
            Ok(None) if header.is_none() => return intake.break_off(1, "the page has no header"),
            Ok(None) => return Ok(()),
            Err(why) => return intake.break_off(line, why),
        };
        let whole = &window.held()[..length];
        let record = whole.strip_suffix(b"\n").unwrap_or(whole);
        let record = record.strip_suffix(b"\r").unwrap_or(record);
        match &header {
            // An empty line is no record.
            _ if record.is_empty() => {}
            None => match Header::parse(record) {
                Ok(parsed) => header = Some(parsed),
                Err(why) => return intake.break_off(line, &why),
            },
            Some(header) => header.give(line, record, intake)?,
        }
        line += memchr_iter(b'\n', whole).count() as u64;
        window.pass(length);
    }
}

/// How long the next record is, with the end of its line.
fn next<I: Iterator<Item = Bytes>>(window: &mut Window<I>) -> Result<Option<usize>, &'static str> {
    // Where the line at hand begins, and how far it has been looked through.
    let (mut begin, mut seen, mut open) = (0, 0, false);
    let quotes = |line: &[u8]| memchr_iter(b'"', line).count() % 2 == 1;
    loop {
        let held = window.held();
        if let Some(end) = memchr(b'\n', &held[seen..]) {
            open ^= quotes(&held[begin..seen + end]);
            seen += end + 1;
            begin = seen;
        } else {
            seen = held.len();
        }
        if seen > LONGEST {
            return Err(TOO_LONG);
        }
        if begin == seen && begin > 0 && !open {
            return Ok(Some(seen));
        }
        if seen == held.len() && !window.more() {
            open ^= quotes(&window.held()[begin..]);
            return if open { Err(UNCLOSED) } else { Ok(Some(seen).filter(|seen| *seen > 0)) };
        }
    }
}

impl Header {
    fn parse(record: &[u8]) -> Result<Self, String> {
        let mut names = Vec::new();
        let fits = each_field(record, |_, name| names.push(name.to_vec()));
        if std::str::from_utf8(record).is_err() {
            return Err(format!("its header cannot be read: {NOT_TEXT}"));
        }
        if !fits {
            return Err(format!("its header cannot be read: {QUOTES}"));
        }
        let place = |column: &str| names.iter().filter(|name| **name == *column.as_bytes()).count();
        let lacking: Vec<&str> = PULLED.into_iter().filter(|column| place(column) == 0).collect();
        if !lacking.is_empty() {
            return Err(format!("its header lacks {}", lacking.join(", ")));
        }
        if let Some(twice) = PULLED.into_iter().find(|column| place(column) > 1) {
            return Err(format!("its header has {twice} twice"));
        }
        Ok(Self(names.iter().map(|name| PULLED.iter().position(|column| **name == *column.as_bytes())).collect()))
    }

    fn give(&self, line: u64, record: &[u8], intake: &mut Intake) -> Result<(), NoRoom> {
        if memchr(b'"', record).is_none() {
            let mut values: Values<'_> = [Value::Missing; PULLED.len()];
            let (mut begin, mut fields) = (0, 0);
            for end in memchr_iter(b',', record).chain([record.len()]) {
                if let Some(Some(place)) = self.0.get(fields) {
                    values[*place] = Value::Text(&record[begin..end]);
                }
                (begin, fields) = (end + 1, fields + 1);
            }
            return self.give_values(line, record, fields, &values, intake);
        }
        let (mut owned, mut fields) = ([const { Vec::new() }; PULLED.len()], 0);
        let fits = each_field(record, |number, field| {
            if let Some(Some(place)) = self.0.get(number) {
                owned[*place] = field.to_vec();
            }
            fields = number + 1;
        });
        if !fits {
            let why = if std::str::from_utf8(record).is_err() { NOT_TEXT } else { QUOTES };
            return intake.refuse(line, why, record);
        }
        self.give_values(line, record, fields, &owned.each_ref().map(|text| Value::Text(text)), intake)
    }

    fn give_values(
        &self,
        line: u64,
        record: &[u8],
        fields: usize,
        values: &Values<'_>,
        intake: &mut Intake,
    ) -> Result<(), NoRoom> {
        let count = self.0.len();
        if fields == count && crate::row::Row::of(values).is_some() {
            return intake.take(line, values, || record.to_vec());
        }
        if std::str::from_utf8(record).is_err() {
            return intake.refuse(line, NOT_TEXT, record);
        }
        if fields != count {
            return intake.refuse(line, &format!("it has {fields} fields where the header has {count}"), record);
        }
        intake.take(line, values, || record.to_vec())
    }
}

/// Gives each field by its number, without its quotes. Says no where they are not where they should be.
fn each_field(record: &[u8], mut give: impl FnMut(usize, &[u8])) -> bool {
    let mut rest = record;
    for number in 0.. {
        let (field, after) = match rest.strip_prefix(b"\"") {
            None => {
                let end = memchr(b',', rest).unwrap_or(rest.len());
                if memchr(b'"', &rest[..end]).is_some() {
                    return false;
                }
                (rest[..end].to_vec(), &rest[end..])
            }
            Some(quoted) => {
                let (mut field, mut left) = (Vec::new(), quoted);
                loop {
                    let Some(end) = memchr(b'"', left) else { return false };
                    field.extend_from_slice(&left[..end]);
                    left = &left[end + 1..];
                    let Some(doubled) = left.strip_prefix(b"\"") else { break };
                    field.push(b'"');
                    left = doubled;
                }
                (field, left)
            }
        };
        give(number, &field);
        match after.split_first() {
            None => return true,
            Some((b',', after)) => rest = after,
            Some(_) => return false,
        }
    }
    true
}
