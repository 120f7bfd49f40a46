//! A function with memory for buckets, pages in every format, and what comes of them.

use chrono::{DateTime, TimeDelta, Utc};
use contract::{
    Handle, Run, Whole,
    curate::{Ask, Env, Told, Wish},
    rates::{Batch, Format, MANIFEST, Manifest, PageNote, RunName, Verdict},
};
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::{Field, RowAccessor},
};
use runtime::{
    Answer, Handler,
    testing::{MemoryObjects, Upsets, Watch, run},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{error::Error, rc::Rc};

use crate::{handle::Curator, pages::in_hex, parts::Cut};

pub(crate) const RAW: &str = "s3://raw/rates/";
pub(crate) const CURATED: &str = "s3://curated/rates/";
pub(crate) const SOURCE: &str = "https://rates.example.com/v1/prices";

/// A row as people write it.
pub(crate) type Texts = [String; 4];

pub(crate) fn texts(row: [&str; 4]) -> Texts {
    row.map(str::to_owned)
}

pub(crate) fn batch(run: &str) -> Batch {
    let started = DateTime::<Utc>::from_timestamp(1_795_226_407, 0).unwrap();
    Batch { run: RunName::try_from(run.to_owned()).unwrap(), started }
}

pub(crate) fn later(run: &str) -> Batch {
    let before = batch(run);
    Batch { started: before.started + TimeDelta::days(1), ..before }
}

pub(crate) fn wish(batch: &Batch, ask: Ask) -> Wish {
    Wish { batch: batch.clone(), ask }
}

pub(crate) fn env() -> Env<Run> {
    Env { raw: Handle::named(RAW), curated: Handle::named(CURATED), memory_mb: Whole(1) }
}

/// A page with these rows, as its format has it.
pub(crate) fn page(format: Format, rows: &[Texts]) -> String {
    let columns = contract::rates::PULLED;
    match format {
        Format::Csv => {
            // In another order than they are stored in.
            let rows = rows.iter().map(|[orig, dest, day, price]| format!("{price},x,{day},{dest},{orig}\n"));
            format!("price,note,day,dest_code,orig_code\n{}", rows.collect::<String>())
        }
        Format::Json => {
            let row = |row: &Texts| columns.iter().zip(row).map(|(name, text)| (*name, json!(text))).collect::<Value>();
            json!({ "prices": rows.iter().map(row).collect::<Vec<_>>(), "next": null }).to_string()
        }
        Format::Xml => {
            let value = |(name, text): (&&str, &String)| format!("<{name}>{text}</{name}>");
            let row =
                |row: &Texts| format!("<price>{}</price>\n", columns.iter().zip(row).map(value).collect::<String>());
            format!("<?xml version=\"1.0\"?>\n<prices>\n{}</prices>", rows.iter().map(row).collect::<String>())
        }
    }
}

pub(crate) fn note(name: &str, body: &[u8]) -> PageNote {
    let sha256 = in_hex(&Sha256::digest(body));
    let etag = Some(format!("\"of {name}\""));
    PageNote { name: name.to_owned(), bytes: body.len() as u64, sha256, rows: None, etag, last_modified: None }
}

pub(crate) fn manifest(batch: &Batch, format: Format, pages: &[(String, Vec<u8>)]) -> Manifest {
    Manifest {
        batch: batch.clone(),
        source: SOURCE.to_owned(),
        format,
        pages: pages.iter().map(|(name, body)| note(name, body)).collect(),
        bytes: pages.iter().map(|(_, body)| body.len() as u64).sum(),
        unchanged: false,
    }
}

pub(crate) fn named(format: Format, pages: &[&[u8]]) -> Vec<(String, Vec<u8>)> {
    let name = |number| format!("page-{number:05}.{}", format.extension());
    pages.iter().enumerate().map(|(number, page)| (name(number), page.to_vec())).collect()
}

pub(crate) struct World {
    pub(crate) objects: Rc<MemoryObjects>,
    pub(crate) upsets: Rc<Upsets>,
    pub(crate) cut: Cut,
    pub(crate) limit: usize,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::upset(Upsets::default())
    }

    /// Pieces, parts and row groups are tiny, so that there are some of each.
    pub(crate) fn upset(upsets: Upsets) -> Self {
        let upsets = Rc::new(upsets);
        let objects = MemoryObjects::new(Rc::clone(&upsets)).with_chunks_of(200).with_parts_of(700);
        Self { objects: Rc::new(objects), upsets, cut: Cut { part: 7, group: 3 }, limit: 5 }
    }

    /// With a batch that was pulled.
    pub(crate) fn with(format: Format, pages: &[&[u8]]) -> Self {
        let world = Self::new();
        world.pulled(&batch("a"), format, pages);
        world
    }

    pub(crate) fn pulled(&self, batch: &Batch, format: Format, pages: &[&[u8]]) {
        let pages = named(format, pages);
        self.pulled_as(&manifest(batch, format, &pages), &pages);
    }

    pub(crate) fn pulled_as(&self, manifest: &Manifest, pages: &[(String, Vec<u8>)]) {
        let folder = format!("{RAW}{}", manifest.batch.raw());
        for (name, body) in pages {
            self.objects.place(&format!("{folder}{name}"), body);
        }
        self.objects.place(&format!("{folder}{MANIFEST}"), &serde_json::to_vec(manifest).unwrap());
    }

    pub(crate) fn ask(&self, batch: &Batch, ask: Ask) -> Result<Answer<Told>, Box<dyn Error + Send + Sync>> {
        let curator = Curator::new(env(), Rc::clone(&self.objects), Watch::default()).unwrap();
        run(curator.cut(self.limit, self.cut).handle(wish(batch, ask)))
    }

    pub(crate) fn curate(&self) -> Told {
        self.ask(&batch("a"), Ask::Curate).unwrap().response
    }

    pub(crate) fn failure(&self, ask: Ask) -> String {
        runtime::chain(&*self.ask(&batch("a"), ask).unwrap_err())
    }

    pub(crate) fn file(&self, name: &str) -> Option<Vec<u8>> {
        self.objects.all().remove(&format!("{CURATED}{name}"))
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.objects.uris().iter().filter_map(|uri| uri.strip_prefix(CURATED)).map(str::to_owned).collect()
    }

    pub(crate) fn verdict(&self) -> Verdict {
        serde_json::from_slice(&self.file("verdicts/a.json").unwrap()).unwrap()
    }

    /// Line and reason of each row in quarantine.
    pub(crate) fn rejected(&self) -> Vec<(u64, String)> {
        let said = |line: &Value| (line["line"].as_u64().unwrap(), line["reason"].as_str().unwrap().to_owned());
        self.quarantine().iter().map(said).collect()
    }

    pub(crate) fn quarantine(&self) -> Vec<Value> {
        let text = String::from_utf8(self.file("rejected/a.jsonl").unwrap_or_default()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The rows of the parts that a visible batch names, in their order.
    pub(crate) fn visible(&self) -> Vec<Texts> {
        let visible = String::from_utf8(self.file(&batch("a").visible()).unwrap()).unwrap();
        let all = self.objects.all();
        visible.lines().flat_map(|uri| rows(&all[uri])).collect()
    }
}

/// What a file says, read by the rows of Parquet rather than by its columns.
pub(crate) fn rows(file: &[u8]) -> Vec<Texts> {
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(file)).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        assert_eq!(row.get_string(4).unwrap(), "a");
        let Some((_, Field::Date(day))) = row.get_column_iter().nth(2) else { panic!("a day is a date") };
        let day = DateTime::<Utc>::from_timestamp(i64::from(*day) * 86_400, 0).unwrap();
        let (orig, dest) = (row.get_string(0).unwrap().clone(), row.get_string(1).unwrap().clone());
        [orig, dest, day.format("%Y-%m-%d").to_string(), row.get_int(3).unwrap().to_string()]
    });
    rows.collect()
}
