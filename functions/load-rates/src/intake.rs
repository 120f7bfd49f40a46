//! From the rows of a part to what PostgreSQL's `COPY` takes in binary, and what is wrong with them.

use parquet::data_type::ByteArray;
use std::collections::{BTreeSet, HashSet};

use crate::{part::Chunk, reference::is_code, refusal::Refusal};

/// From 1970-01-01, which Parquet counts from, to 2000-01-01, which PostgreSQL does.
const TO_2000: i32 = 10_957;
/// From 1970-01-01 to the end of 2199: what is not in it is no day but a mistake.
const DAYS: std::ops::Range<i32> = 0..84_006;

/// Of codes that nobody knows, so many are told of.
const TOLD: usize = 20;
/// And so many counted.
const COUNTED: usize = 10_000;

const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TAIL: &[u8] = b"\xff\xff";

type Code = [u8; 5];

pub(crate) struct Intake {
    known: HashSet<Code>,
    unknown: BTreeSet<String>,
    first_wrong: Option<(String, Refusal)>,
    pub(crate) rows: u64,
    bytes: Vec<u8>,
}

impl Intake {
    pub(crate) fn new<'a>(ports: impl Iterator<Item = &'a str>) -> Self {
        let known = ports.filter_map(|port| port.as_bytes().try_into().ok()).collect();
        Self { known, unknown: BTreeSet::new(), first_wrong: None, rows: 0, bytes: HEAD.to_vec() }
    }

    /// What was made of the rows so far.
    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    pub(crate) fn finish(&mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(TAIL);
        self.bytes()
    }

    /// Takes rows of a part. Once something is wrong, nothing is made of them, but more codes may be found.
    pub(crate) fn take(&mut self, part: &str, row_in_part: u64, chunk: &Chunk<'_>) {
        let rows = chunk.orig.iter().zip(chunk.dest).zip(chunk.day.iter().zip(chunk.price));
        for (number, ((orig, dest), (day, price))) in (row_in_part + 1..).zip(rows) {
            self.rows += 1;
            let (Some(orig), Some(dest)) = (self.code(orig), self.code(dest)) else { continue };
            if *price < 0 {
                self.wrong(part, format!("row {number} has the price {price}, which is below zero"));
            } else if !DAYS.contains(day) {
                self.wrong(part, format!("row {number} is of a day that is {day} days from 1970-01-01"));
            } else {
                self.put(orig, dest, *day, *price);
            }
        }
    }

    /// What is wrong with all that was taken.
    pub(crate) fn verdict(&self) -> Result<(), (Option<String>, Refusal)> {
        if let Some((part, refusal)) = &self.first_wrong {
            return Err((Some(part.clone()), refusal.clone()));
        }
        if self.unknown.is_empty() {
            return Ok(());
        }
        let told: Vec<&str> = self.unknown.iter().take(TOLD).map(String::as_str).collect();
        let more = match self.unknown.len() - told.len() {
            0 => String::new(),
            _ if self.unknown.len() == COUNTED => " and thousands more".to_owned(),
            more => format!(" and {more} more"),
        };
        let reason = format!("it has prices of codes that are no ports: {}{more}", told.join(", "));
        Err((None, Refusal::new(reason, "add them to ports.csv, or have the batch curated without them")))
    }

    fn code(&mut self, code: &ByteArray) -> Option<Code> {
        let found = Code::try_from(code.data()).ok().filter(|code| self.known.contains(code));
        if found.is_none() && self.unknown.len() < COUNTED {
            let text = String::from_utf8_lossy(code.data());
            let told = if is_code(code.data()) { text.into_owned() } else { format!("{text:.40?}") };
            self.unknown.insert(told);
        }
        found
    }

    fn wrong(&mut self, part: &str, reason: String) {
        if self.first_wrong.is_none() {
            let refusal = Refusal::new(reason, "curate the batch again");
            self.first_wrong = Some((part.to_owned(), refusal));
        }
    }

    fn put(&mut self, orig: Code, dest: Code, day: i32, price: i32) {
        let mut row = [0; 36];
        row[1] = 4;
        row[5] = 5;
        row[6..11].copy_from_slice(&orig);
        row[14] = 5;
        row[15..20].copy_from_slice(&dest);
        row[23] = 4;
        row[24..28].copy_from_slice(&(day - TO_2000).to_be_bytes());
        row[31] = 4;
        row[32..].copy_from_slice(&price.to_be_bytes());
        self.bytes.extend_from_slice(&row);
    }
}
