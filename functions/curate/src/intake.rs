//! What comes of the rows of all pages: rows to be sorted, as long as none is wrong, and those that are.

use crate::{
    quarantine::Quarantine,
    row::{Row, Values, reasons},
    sorted::{NoRoom, Sorter},
};

pub(crate) struct Intake {
    pub(crate) sorter: Sorter,
    pub(crate) quarantine: Quarantine,
    /// Rows of all pages.
    pub(crate) read: u64,
    page: Page,
}

/// The page at hand.
#[derive(Debug, Clone, Default)]
struct Page {
    uri: String,
    name: String,
    /// What its rows are counted in.
    unit: &'static str,
    rows: u64,
    broken: bool,
}

impl Intake {
    pub(crate) fn new(limit: usize) -> Self {
        Self { sorter: Sorter::new(limit), quarantine: Quarantine::default(), read: 0, page: Page::default() }
    }

    /// Rows that follow are of this page.
    pub(crate) fn turn_to(&mut self, uri: String, name: &str, unit: &'static str) {
        self.page = Page { uri, name: name.to_owned(), unit, rows: 0, broken: false };
    }

    /// Rows of the page at hand so far.
    pub(crate) fn rows(&self) -> u64 {
        self.page.rows
    }

    /// One row. What it is written as is asked for only if it is wrong.
    pub(crate) fn take(
        &mut self,
        line: u64,
        values: &Values<'_>,
        record: impl FnOnce() -> Vec<u8>,
    ) -> Result<(), NoRoom> {
        match Row::of(values) {
            Some(row) => {
                self.count();
                if self.quarantine.count() == 0 { self.sorter.add(row) } else { Ok(()) }
            }
            None => self.refuse(line, &reasons(values), &record()),
        }
    }

    /// One row that has something wrong.
    pub(crate) fn refuse(&mut self, line: u64, reason: &str, record: &[u8]) -> Result<(), NoRoom> {
        self.count();
        self.quarantine(line, reason, record)
    }

    /// The page cannot be read from here on.
    pub(crate) fn break_off(&mut self, line: u64, reason: &str) -> Result<(), NoRoom> {
        self.page.broken = true;
        self.quarantine(line, reason, b"")
    }

    /// The page has been read: whether that are all of its rows.
    pub(crate) fn compare(&mut self, rows: Option<u64>) -> Result<(), NoRoom> {
        let found = self.page.rows;
        match rows {
            Some(said) if said != found && !self.page.broken => {
                self.quarantine(0, &format!("the page has {found} rows where its source says {said}"), b"")
            }
            _ => Ok(()),
        }
    }

    /// All pages have been read. Prices are never replaced by none.
    pub(crate) fn close(&mut self, manifest: String, name: &str) -> Result<(), NoRoom> {
        self.turn_to(manifest, name, "line");
        if self.read == 0 && self.quarantine.count() == 0 {
            self.quarantine(0, "the batch has no price", b"")?;
        }
        Ok(())
    }

    fn count(&mut self) {
        self.read += 1;
        self.page.rows += 1;
    }

    fn quarantine(&mut self, line: u64, reason: &str, record: &[u8]) -> Result<(), NoRoom> {
        if self.quarantine.count() == 0 {
            self.sorter.clear();
        }
        let Page { uri, name, unit, .. } = &self.page;
        let place = if line == 0 { name.clone() } else { format!("{name}, {unit} {line}") };
        self.quarantine.add(uri, line, &place, reason, record)
    }
}
