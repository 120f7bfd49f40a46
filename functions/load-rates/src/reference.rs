//! Ports and regions, from the files of whoever keeps them: CSV with a header, whose columns may be in any order.

use contract::{
    Folder, Handle, Read,
    rates::{PORTS, REGIONS, Reference as Sheet},
};
use csv::{ErrorKind, ReaderBuilder, StringRecord};
use runtime::{LargeObjects, Pause, Readable};

use crate::{
    closure::Closure,
    newest::missing,
    refusal::{Refusal, Trouble},
};

/// They are held in memory. All ports of the world take two megabytes.
const LARGEST: usize = 16 * 1_024 * 1_024;
const LONGEST_NAME: usize = 200;

const MEND: &str = "mend the file and put it there again";

/// A port or a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// A port's code or a region's slug.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) parent: Option<String>,
    /// In its file.
    pub(crate) line: u64,
}

/// Both files, which agree with each other.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) ports: Vec<Entry>,
    pub(crate) regions: Vec<Entry>,
    pub(crate) closure: Closure,
}

impl Reference {
    pub(crate) async fn read(
        folder: &Handle<Read<Folder>>,
        objects: &impl LargeObjects,
        pause: &impl Pause,
    ) -> Result<Self, Trouble> {
        let mut texts = Vec::new();
        for sheet in [REGIONS, PORTS] {
            let uri = uri(folder, &sheet);
            let mut reader = folder.read(objects, pause, sheet.file)?;
            let mut text = Vec::new();
            let lacking = |error| missing(error, &uri, "put it there");
            while let Some(bytes) = reader.next().await.map_err(lacking)? {
                if text.len() + bytes.len() > LARGEST {
                    return Err(Refusal::new(format!("it has more than {LARGEST} bytes"), MEND).of(uri).into());
                }
                text.extend_from_slice(&bytes);
            }
            texts.push(text);
        }
        let parsed = Self::parse(&texts[0], &texts[1]);
        Ok(parsed.map_err(|refusal| {
            let uri = format!("{}{}", folder.name(), refusal.file.as_deref().unwrap_or_default());
            refusal.of(uri)
        })?)
    }

    /// Fails with the name of the file that is at fault.
    pub(crate) fn parse(regions: &[u8], ports: &[u8]) -> Result<Self, Refusal> {
        let regions = entries(&REGIONS, regions).map_err(|refusal| refusal.of(REGIONS.file))?;
        let ports = entries(&PORTS, ports).map_err(|refusal| refusal.of(PORTS.file))?;
        let closure = Closure::of(&regions, &ports)?;
        Ok(Self { ports, regions, closure })
    }
}

/// Whether a text is a port's code.
pub(crate) fn is_code(text: &[u8]) -> bool {
    text.len() == 5 && text.iter().all(u8::is_ascii_uppercase)
}

pub(crate) fn refuse(line: u64, reason: impl Into<String>) -> Refusal {
    Refusal::new(reason, MEND).on(line)
}

fn uri(folder: &Handle<Read<Folder>>, sheet: &Sheet) -> String {
    format!("{}{}", folder.name(), sheet.file)
}

fn entries(sheet: &Sheet, text: &[u8]) -> Result<Vec<Entry>, Refusal> {
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(text);
    let mut records = reader.records();
    let header = match records.next() {
        Some(header) => header.map_err(|error| broken(&error))?,
        None => return Err(refuse(1, format!("it is empty, without even the header {}", sheet.columns.join(",")))),
    };
    let places = places(sheet, &header)?;
    let mut entries = Vec::new();
    for record in records {
        entries.push(entry(sheet, places, &record.map_err(|error| broken(&error))?)?);
    }
    Ok(entries)
}

/// Where each column is.
fn places(sheet: &Sheet, header: &StringRecord) -> Result<[usize; 3], Refusal> {
    let wrong = || {
        let found = header.iter().collect::<Vec<_>>().join(",");
        refuse(1, format!("its header is {found:?}, where {} is expected", sheet.columns.join(",")))
    };
    let mut places = [0; 3];
    for (place, column) in places.iter_mut().zip(sheet.columns) {
        *place = header.iter().position(|name| name == column).ok_or_else(wrong)?;
    }
    if header.len() == places.len() { Ok(places) } else { Err(wrong()) }
}

fn entry(sheet: &Sheet, places: [usize; 3], record: &StringRecord) -> Result<Entry, Refusal> {
    let line = record.position().map_or(0, csv::Position::line);
    let [key, name, parent] = places.map(|place| record.get(place).unwrap_or_default());
    for (column, value) in sheet.columns.iter().zip([key, name, parent]) {
        if value.chars().any(char::is_control) {
            return Err(refuse(line, format!("{column} has a line break in it, as when a quote is not closed")));
        }
        if value.trim() != value || value.chars().count() > LONGEST_NAME {
            let why = format!("{column} {value:?} has space around it, or more than {LONGEST_NAME} characters");
            return Err(refuse(line, why));
        }
    }
    let column = sheet.columns[0];
    if key.is_empty() {
        return Err(refuse(line, format!("{column} is empty")));
    }
    match (*sheet == PORTS, is_code(key.as_bytes())) {
        (true, false) => return Err(refuse(line, format!("{column} {key:?} is not five letters A-Z"))),
        (false, true) => {
            return Err(refuse(
                line,
                format!("{column} {key:?} could be taken for a port's code: write it in small letters"),
            ));
        }
        _ => {}
    }
    let parent = (!parent.is_empty()).then(|| parent.to_owned());
    if *sheet == PORTS && parent.is_none() {
        return Err(refuse(line, format!("the port {key} has no {}", sheet.columns[2])));
    }
    Ok(Entry { key: key.to_owned(), name: name.to_owned(), parent, line })
}

fn broken(error: &csv::Error) -> Refusal {
    let line = error.position().map_or(1, csv::Position::line);
    let why = match error.kind() {
        ErrorKind::Utf8 { .. } => "it has what is not UTF-8".to_owned(),
        ErrorKind::UnequalLengths { len, expected_len, .. } => {
            format!("it has {len} fields where the header has {expected_len}")
        }
        _ => error.to_string(),
    };
    refuse(line, why)
}

#[cfg(test)]
#[path = "reference_tests.rs"]
mod tests;
