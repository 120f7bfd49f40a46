//! A file as it streams by: its header found out, its records checked one by one, what is good turned into what `COPY`
//! takes.

use contract::orders::{ORDERS, Sheet, TOTAL_PRICE_ALIAS};

use crate::{
    fault::{Complaint, Faults},
    money::Money,
    records::{Broken, Record, Records},
    value::{Kind, quantity, shown},
};

/// What came of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// After the header, good and bad.
    pub(crate) records: u64,
    pub(crate) faults: Faults,
}

pub(crate) struct Intake {
    records: Records,
    rows: Rows,
}

/// Everything but the reader that gives the records.
struct Rows {
    sheet: Sheet,
    kinds: Vec<Kind>,
    /// Where in the file each column of the sheet is, once its header was read.
    places: Option<Vec<usize>>,
    text: Vec<u8>,
    taken: Taken,
}

impl Intake {
    pub(crate) fn new(sheet: Sheet) -> Self {
        let kinds = sheet.columns.iter().map(|column| Kind::of(column)).collect::<Vec<_>>();
        let rows =
            Rows { sheet, kinds: first_is_known(kinds), places: None, text: Vec::new(), taken: Taken::default() };
        Self { records: Records::default(), rows }
    }

    /// Takes the next bytes. What is broken is the last that can be read of the file.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.records.push(bytes, |record| self.rows.take(record))
    }

    pub(crate) fn finish(&mut self) -> Result<(), Broken> {
        self.records.finish(|record| self.rows.take(record))?;
        if self.rows.places.is_none() {
            return Err(Broken { line: 1, why: format!("it is empty, without even {}", header_of(&self.rows.sheet)) });
        }
        Ok(())
    }

    /// Lines for `COPY`, each beginning with the number of the line that it was in.
    pub(crate) fn text(&mut self) -> &mut Vec<u8> {
        &mut self.rows.text
    }

    /// With what cut it off, if it was.
    pub(crate) fn taken(self, broken: Option<Broken>) -> Taken {
        let mut taken = self.rows.taken;
        if let Some(Broken { line, why }) = broken {
            taken.faults.add(Complaint { line, kind: "file", why });
        }
        taken
    }
}

/// What tells rows apart is never blank.
fn first_is_known(mut kinds: Vec<Kind>) -> Vec<Kind> {
    if let Some(first @ Kind::Text) = kinds.first_mut() {
        *first = Kind::Id;
    }
    kinds
}

impl Rows {
    fn take(&mut self, record: Record<'_>) -> Result<(), Broken> {
        let Some(places) = &self.places else {
            self.places = Some(header(&self.sheet, record)?);
            return Ok(());
        };
        self.taken.records += 1;
        let begin = self.text.len();
        if let Err((kind, why)) = write(&self.sheet, &self.kinds, places, record, &mut self.text) {
            self.text.truncate(begin);
            self.taken.faults.add(Complaint { line: record.line, kind, why });
        }
        Ok(())
    }
}

/// Where each column is, in whichever order the file has them.
fn header(sheet: &Sheet, record: Record<'_>) -> Result<Vec<usize>, Broken> {
    let wrong =
        |why: String| Broken { line: record.line, why: format!("its header {why}: {} is expected", header_of(sheet)) };
    let found: Vec<String> = record.fields().map(|name| known_as(sheet, &name.to_ascii_lowercase())).collect();
    let place = |column: &&str| found.iter().position(|name| name == column);
    let lacking: Vec<&str> = sheet.columns.iter().filter(|column| place(column).is_none()).copied().collect();
    if !lacking.is_empty() {
        return Err(wrong(format!("lacks {}", lacking.join(", "))));
    }
    if let Some(other) = found.iter().find(|name| !sheet.columns.contains(&name.as_str())) {
        return Err(wrong(format!("has the column {}, which nobody knows", shown(other))));
    }
    if found.len() > sheet.columns.len() {
        return Err(wrong("has a column twice".to_owned()));
    }
    Ok(sheet.columns.iter().filter_map(place).collect())
}

fn known_as(sheet: &Sheet, name: &str) -> String {
    let alias = *sheet == ORDERS && name == TOTAL_PRICE_ALIAS;
    if alias { "total_price" } else { name }.to_owned()
}

fn header_of(sheet: &Sheet) -> String {
    format!("the header {}", sheet.columns.join(","))
}

fn write(
    sheet: &Sheet,
    kinds: &[Kind],
    places: &[usize],
    record: Record<'_>,
    to: &mut Vec<u8>,
) -> Result<(), (&'static str, String)> {
    if record.len() != places.len() {
        return Err(("record", format!("it has {} fields where the header has {}", record.len(), places.len())));
    }
    number(record.line, to);
    for ((column, kind), place) in sheet.columns.iter().zip(kinds).zip(places) {
        let value = record.field(*place);
        to.push(b'\t');
        kind.write(value, to).map_err(|why| {
            let value = if value.is_empty() { String::new() } else { format!(" {}", shown(value)) };
            (*column, format!("{column}{value} {why}"))
        })?;
    }
    to.push(b'\n');
    if *sheet == ORDERS { total(record, places) } else { Ok(()) }
}

/// That the total of an order is what its parts make.
fn total(record: Record<'_>, places: &[usize]) -> Result<(), (&'static str, String)> {
    let [_, _, _, _, unit, count, total] = *places else { return Ok(()) };
    let [unit, count, total] = [unit, count, total].map(|place| record.field(place));
    let (Some(price), Some(many), Some(sum)) = (Money::parse(unit), quantity(count), Money::parse(total)) else {
        return Ok(());
    };
    if sum.is_total(price, many) {
        return Ok(());
    }
    Err(("total", format!("total_price '{total}' is not unit_price '{unit}' times quantity '{count}'")))
}

fn number(number: u64, to: &mut Vec<u8>) {
    let begin = to.len();
    let mut rest = number;
    loop {
        to.push(b'0' + u8::try_from(rest % 10).unwrap_or_default());
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    to[begin..].reverse();
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
