//! What the rates pipeline agrees on: where batches lie and what is said of them, for the functions, for the task, for the
//! Spark job, for the stack and for whoever recomputes what they did.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::BadSetting;

/// Of the bucket with data as it was received: a folder for each [`Batch::raw`], and [`REFERENCE`].
pub const RAW: &str = "rates/";
/// Of the bucket with data that was cleaned: what stands below the folders that follow.
pub const CURATED: &str = "rates/";

/// Below [`RAW`]: the tables of ports and regions, put there by whoever keeps them.
pub const REFERENCE: &str = "reference/";
/// Below [`REFERENCE`]. A port's parent is a region; a region's is another one, or empty.
pub const PORTS: Reference = Reference { file: "ports.csv", columns: ["code", "name", "parent_slug"] };
pub const REGIONS: Reference = Reference { file: "regions.csv", columns: ["slug", "name", "parent_slug"] };

/// In a batch's folder below [`RAW`], written last: a batch without it was not pulled to its end.
pub const MANIFEST: &str = "manifest.json";

/// Below [`CURATED`]: one file for each batch that may be read, which names its [`Batch::data`], one URI a line.
/// It is written last. Sorted by name, the newest is the last.
pub const VISIBLE: &str = "visible/";
/// Below [`CURATED`]: the parts of batches, visible or not.
pub const DATA: &str = "data/";
/// Below [`CURATED`]: what was decided about each batch.
pub const VERDICTS: &str = "verdicts/";
/// Below [`CURATED`]: batches that were refused, with the rows that they were refused for.
pub const REJECTED: &str = "rejected/";
/// Below [`CURATED`]: by source, what it said of the batch that became visible last, so that it can be asked for news only.
pub const SEEN: &str = "seen/";
/// Below [`CURATED`]: what the Spark job says of each batch. It is written last, and is a [`Verdict`] that nobody has checked.
pub const SPARK: &str = "spark/";

/// Folders that are granted as such: [`REFERENCE`] in its bucket, [`VISIBLE`] and [`SEEN`] in theirs.
pub const REFERENCE_FOLDER: &str = "rates/reference/";
pub const VISIBLE_FOLDER: &str = "rates/visible/";
pub const SEEN_FOLDER: &str = "rates/seen/";

/// A file of reference data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    pub file: &'static str,
    pub columns: [&'static str; 3],
}

/// The columns of a price, in the order in which they are stored, with their types in the catalog.
pub const COLUMNS: [(&str, &str); 5] =
    [("orig_code", "string"), ("dest_code", "string"), ("day", "date"), ("price", "int"), ("batch", "string")];

/// The columns of a price as it is pulled; `day` is YYYY-MM-DD, a code is five letters A-Z, a price is 0 to 2,147,483,647.
pub const PULLED: [&str; 4] = ["orig_code", "dest_code", "day", "price"];

/// The catalog's table, and PostgreSQL's, in the schema [`SCHEMA`].
pub const TABLE: &str = "prices";
pub const SCHEMA: &str = "rates";
/// The partition of [`TABLE`] in the catalog: the date on which a batch was begun.
pub const PARTITION: &str = "pulled";

/// The view of daily averages: orig, dest (each a port's code or a region's slug), day, its average and how many prices it is of.
pub const AVERAGES: &str = "daily_averages";
/// An average of fewer prices is none.
pub const FEWEST_PRICES: u32 = 3;

/// The name of an execution of the state machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunName(String);

impl RunName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RunName {
    type Error = BadSetting;
    fn try_from(name: String) -> Result<Self, BadSetting> {
        let plain =
            (1..=80).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if plain {
            Ok(Self(name))
        } else {
            Err(BadSetting::new(format!("'{name}' cannot name a batch: write a-z, A-Z, 0-9, - and _, at most 80")))
        }
    }
}

impl From<RunName> for String {
    fn from(name: RunName) -> Self {
        name.0
    }
}

/// What one execution of the state machine pulls and curates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub run: RunName,
    pub started: DateTime<Utc>,
}

impl Batch {
    /// The batch's folder below [`RAW`].
    pub fn raw(&self) -> String {
        format!("batch={}/", self.run.as_str())
    }

    /// The batch among those of its date: `pulled=2026-11-21/020000-<run>`. Later batches sort behind.
    pub fn place(&self) -> String {
        format!("{PARTITION}={}-{}", self.started.format("%Y-%m-%d/%H%M%S"), self.run.as_str())
    }

    /// The folder of its parts, below [`CURATED`]. They are a folder deeper than one would think, since DMS finds a table
    /// in a folder of its name.
    pub fn data(&self) -> String {
        format!("{DATA}{}/{TABLE}/", self.place())
    }

    /// What makes it visible, below [`CURATED`].
    pub fn visible(&self) -> String {
        format!("{VISIBLE}{}", self.place())
    }

    pub fn verdict(&self) -> String {
        format!("{VERDICTS}{}.json", self.run.as_str())
    }

    pub fn rejected(&self) -> String {
        format!("{REJECTED}{}.jsonl", self.run.as_str())
    }

    /// What the Spark job says of it.
    pub fn summary(&self) -> String {
        format!("{SPARK}{}.json", self.run.as_str())
    }
}

/// A part's name in [`Batch::data`].
pub fn part(number: usize) -> String {
    format!("part-{number:05}.parquet")
}

/// What a page of prices is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `{"prices": [{"orig_code": …}, …], "next": URL or absent}`, or the list alone.
    #[default]
    Json,
    /// With a header, in any order of columns. The next page is told of by a `Link` header.
    Csv,
    /// `<prices next="URL"><price><orig_code>…</orig_code>…</price>…</prices>`; `next` may be absent.
    Xml,
}

impl Format {
    /// Of the pages' names.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xml => "xml",
        }
    }
}

/// What was pulled: [`MANIFEST`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub batch: Batch,
    /// The URL that was asked first, without what is secret in it.
    pub source: String,
    pub format: Format,
    /// In the order in which they were pulled. None at all where the source said that nothing changed.
    pub pages: Vec<PageNote>,
    /// Of all pages together.
    pub bytes: u64,
    /// The source has nothing that is newer than the batch that became visible last.
    pub unchanged: bool,
}

/// One page as it was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageNote {
    /// Below the batch's folder.
    pub name: String,
    pub bytes: u64,
    /// In hexadecimal.
    pub sha256: String,
    /// How many prices the source says are in it, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// What the source said of the batch that became visible last, below [`SEEN`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub source: String,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub batch: Batch,
}

impl Seen {
    /// Of its file below [`SEEN`], by the source as [`Manifest::source`] has it: a URL of any length and with any characters.
    pub fn name(source: &str) -> String {
        format!("{}.json", crate::fingerprint(source))
    }
}

/// What became of a batch: [`Batch::verdict`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub batch: Batch,
    pub outcome: Outcome,
    pub engine: Engine,
    /// Rows that were read.
    pub read: u64,
    /// Rows that another one equals exactly, and that are left out.
    pub duplicates: u64,
    /// Rows with something wrong, each of which is in [`Batch::rejected`].
    pub wrong: u64,
    /// Rows in the parts.
    pub rows: u64,
    pub parts: Vec<PartNote>,
    /// Where the refused rows are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<String>,
    /// The first reason, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartNote {
    /// Below [`Batch::data`].
    pub name: String,
    pub rows: u64,
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Curated,
    Rejected,
    /// Nothing was new.
    Unchanged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Function,
    Glue,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Batch {
        serde_json::from_str(r#"{"run": "a1-b2", "started": "2026-11-21T02:00:07.123Z"}"#).unwrap()
    }

    #[test]
    fn a_batch_has_its_places() {
        let batch = batch();
        assert_eq!(batch.raw(), "batch=a1-b2/");
        assert_eq!(batch.data(), "data/pulled=2026-11-21/020007-a1-b2/prices/");
        assert_eq!(batch.visible(), "visible/pulled=2026-11-21/020007-a1-b2");
        assert_eq!(batch.verdict(), "verdicts/a1-b2.json");
        assert_eq!(
            format!("{}{}", batch.data(), part(3)),
            "data/pulled=2026-11-21/020007-a1-b2/prices/part-00003.parquet"
        );
    }

    #[test]
    fn folders_that_are_granted_are_those_that_are_spoken_of() {
        assert_eq!(REFERENCE_FOLDER, format!("{RAW}{REFERENCE}"));
        assert_eq!(VISIBLE_FOLDER, format!("{CURATED}{VISIBLE}"));
        assert_eq!(SEEN_FOLDER, format!("{CURATED}{SEEN}"));
    }

    #[test]
    fn a_source_names_what_it_said() {
        assert_eq!(Seen::name("foobar"), "85944171f73967e8.json");
        assert_ne!(Seen::name("https://a/"), Seen::name("https://b/"));
    }

    #[test]
    fn later_batches_sort_behind() {
        let later = Batch { started: batch().started + chrono::TimeDelta::days(9), run: RunName("a".into()) };
        assert!(batch().visible() < later.visible());
    }

    #[test]
    fn a_run_cannot_leave_its_folder() {
        for bad in ["", "../x", "a/b", "a b", &"x".repeat(81)] {
            assert!(RunName::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn columns_are_those_that_are_pulled_and_the_batch() {
        assert!(COLUMNS.iter().map(|(name, _)| *name).eq(PULLED.into_iter().chain(["batch"])));
    }
}
