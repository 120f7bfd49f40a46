//! Listings: each read again, compared with the files for the warehouse and, where it can be reached, with what is in it.

use contract::flats::{CLEAN, ID, REJECTED, SHEETS};
use engine::failure::Outcome;
use engine::refusal::Asked;
use serde::Serialize;
use serde_json::{Map, Value};
use stacks::stack::{InboxPlace, data_sources, inboxes};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::bodies::{Bodies, Difference, Rejects, depth, letters_of, lines};
use super::database::{Database, Stored};
use super::{Balance, Looked};
use crate::cloud::Depth;
use crate::session::Session;

#[derive(Debug, Default, Serialize)]
pub(super) struct Listings {
    files: usize,
    /// Files that cannot be read; their notifications have to wait in the dead-letter queue.
    unreadable: Vec<String>,
    lines: usize,
    not_ok: usize,
    rejected_wanted: usize,
    #[serde(flatten)]
    rejects: Rejects,
    /// Listings that every sheet has to have, and what each has.
    wanted: usize,
    sheets: BTreeMap<&'static str, Written>,
    /// What the warehouse has to have, and has; none where it cannot be reached from here.
    warehouse: Option<Stored>,
    queues: BTreeMap<&'static str, Depth>,
    dead_letters: BTreeMap<&'static str, Depth>,
    #[serde(skip)]
    problem: Option<String>,
}

#[derive(Debug, Default, Serialize)]
struct Written {
    rows: usize,
    #[serde(flatten)]
    difference: Difference,
}

/// A listing by the names of all columns.
pub(super) type Listing = Map<String, Value>;

pub(super) struct FlatsBooks<'a> {
    bodies: Bodies<'a>,
    inboxes: Vec<InboxPlace>,
    curated: String,
    database: Option<Database>,
}

impl<'a> FlatsBooks<'a> {
    pub(super) async fn of(session: &'a Session) -> Outcome<Self> {
        let stage = &session.stage;
        if stage.pipelines.flats.is_none() {
            return Err(session.lacks("flats"));
        }
        let mut inboxes = inboxes(stage);
        inboxes.retain(|inbox| matches!(inbox.name, "flats" | "warehouse"));
        let curated = data_sources::curated_bucket(stage);
        let database = Database::of(session).await?;
        Ok(Self { bodies: Bodies { cloud: &session.cloud }, inboxes, curated, database })
    }

    /// Reads what went in: every listing, and what is to be said of the rest.
    async fn sources(&self, found: &mut Listings) -> Outcome<Vec<Listing>> {
        let mut all = Vec::new();
        let inbox = self.inboxes.iter().find(|inbox| inbox.name == "flats");
        let Some(InboxPlace { bucket, prefix, .. }) = inbox else { return Ok(all) };
        self.bodies
            .each(bucket, prefix, |key, bytes| {
                found.files += 1;
                let Some(lines) = lines(bytes) else {
                    found.unreadable.push(key.to_owned());
                    return;
                };
                for line in lines.iter().filter(|line| !line.trim().is_empty()) {
                    found.lines += 1;
                    match listing(line) {
                        Line::Listing(listing) => all.push(listing),
                        Line::NotOk => found.not_ok += 1,
                        Line::Wrong => found.rejected_wanted += 1,
                    }
                }
            })
            .await?;
        found.unreadable.sort();
        found.wanted = all.len();
        Ok(all)
    }

    /// Compares the files of all sheets with the listings that they have to hold, and counts the files.
    async fn sheets(&self, listings: &[Listing], found: &mut Listings) -> Outcome<usize> {
        // By table and row: those that are missing are below zero.
        let mut balances: BTreeMap<&str, HashMap<Vec<String>, i64>> = BTreeMap::new();
        for sheet in &SHEETS {
            let balance = balances.entry(sheet.table).or_default();
            for listing in listings {
                let cells = sheet.columns.iter().map(|column| cell(listing.get(*column)));
                *balance.entry(cells.collect()).or_default() -= 1;
            }
            found.sheets.insert(sheet.table, Written::default());
        }
        let mut files = 0;
        self.bodies
            .each(&self.curated, CLEAN, |key, bytes| {
                let file = key.rsplit('/').next().unwrap_or_default();
                let Some(sheet) = SHEETS.iter().find(|sheet| sheet.file == file) else { return };
                files += 1;
                let balance = balances.entry(sheet.table).or_default();
                match rows(bytes, sheet.columns) {
                    Ok(rows) => {
                        found.sheets.entry(sheet.table).or_default().rows += rows.len();
                        for row in rows {
                            *balance.entry(row).or_default() += 1;
                        }
                    }
                    Err(why) => found.problem = Some(format!("{key}: {why}")),
                }
            })
            .await?;
        for (table, balance) in &balances {
            found.sheets.entry(table).or_default().difference = Difference::of(balance.values());
        }
        Ok(files)
    }
}

enum Line {
    Listing(Listing),
    NotOk,
    Wrong,
}

fn listing(line: &str) -> Line {
    let Ok(Value::Object(mut line)) = serde_json::from_str(line) else { return Line::Wrong };
    match (line.get("ok").and_then(Value::as_bool), line.remove("data")) {
        (Some(false), _) => Line::NotOk,
        (Some(true), Some(Value::Object(data))) if !cell(data.get(ID)).is_empty() => Line::Listing(data),
        _ => Line::Wrong,
    }
}

/// As it stands in a CSV: numbers as they were written, nothing for what is not there.
pub(super) fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn rows(bytes: &[u8], columns: &[&str]) -> Result<Vec<Vec<String>>, String> {
    let mut reader = csv::Reader::from_reader(flate2::read::MultiGzDecoder::new(bytes));
    let header = reader.headers().map_err(|error| error.to_string())?;
    if !header.iter().eq(columns.iter().copied()) {
        return Err("its header names other columns".to_owned());
    }
    let row = |row: Result<csv::StringRecord, csv::Error>| Ok(row?.iter().map(str::to_owned).collect());
    reader.records().map(row).collect::<Result<_, csv::Error>>().map_err(|error| error.to_string())
}

impl Looked for FlatsBooks<'_> {
    type Found = Listings;

    async fn look(&mut self) -> Outcome<Listings> {
        let mut found = Listings::default();
        let listings = self.sources(&mut found).await?;
        found.rejects = self.bodies.rejects(&self.curated, REJECTED).await?;
        let files = self.sheets(&listings, &mut found).await?;
        if let Some(database) = &self.database {
            let stored = database.compare(&listings, files).await;
            found.warehouse = Some(stored.asked(|| "cannot read the warehouse".to_owned())?);
        }
        for inbox in &self.inboxes {
            found.queues.insert(inbox.name, depth(self.bodies.cloud, &inbox.queue).await?);
            found.dead_letters.insert(inbox.name, depth(self.bodies.cloud, &inbox.dead_letters).await?);
        }
        Ok(found)
    }
}

impl Balance for Listings {
    fn is_balanced(&self) -> bool {
        self.files > 0
            && self.problem.is_none()
            && self.sheets.values().all(|sheet| sheet.difference.is_none())
            && self.rejects.are(self.rejected_wanted)
            && self.warehouse.as_ref().is_none_or(Stored::is_right)
            && self.queues.values().all(|depth| *depth == Depth::default())
            && letters_of(&self.unreadable, self.dead_letters.values())
    }
}

impl fmt::Display for Listings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, lines, not_ok, wanted, rejected_wanted, .. } = self;
        writeln!(f, "files       {files:>9}   of them unreadable {}", self.unreadable.len())?;
        writeln!(f, "lines       {lines:>9}   not ok {not_ok}, to be rejected {rejected_wanted}")?;
        writeln!(f, "listings    {wanted:>9}")?;
        for (name, Written { rows, difference }) in &self.sheets {
            writeln!(f, "{name:<11} {rows:>9}   {difference}")?;
        }
        writeln!(f, "{}", self.rejects)?;
        match &self.warehouse {
            Some(stored) => stored.fmt(f)?,
            None => writeln!(f, "warehouse           -   not reached from here: its tables were not compared")?,
        }
        for (what, depths) in [("queue", &self.queues), ("dead", &self.dead_letters)] {
            for (name, Depth { waiting, at_work }) in depths {
                writeln!(f, "{what:<11} {waiting:>9}   at work {at_work}, {name}")?;
            }
        }
        self.unreadable.iter().try_for_each(|key| writeln!(f, "unreadable: {key}"))?;
        self.problem.as_ref().map_or(Ok(()), |problem| writeln!(f, "{problem}"))
    }
}
