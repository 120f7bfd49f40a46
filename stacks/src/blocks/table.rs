//! Tables of the data catalog.

use contract::{Folder, Ref};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::stage::Compression;

/// The catalog database that a table is in.
#[derive(Debug, Serialize)]
pub struct Catalog {
    pub id: &'static str,
    pub database: String,
    pub about: &'static str,
}

#[derive(Debug, Serialize)]
pub struct TableView {
    catalog: Catalog,
    id: &'static str,
    name: &'static str,
    location: Value,
    parameters: BTreeMap<String, String>,
    /// What reads it: classes of Hive's.
    input: &'static str,
    output: &'static str,
    library: &'static str,
    columns: Vec<Column>,
    partitions: Vec<Column>,
}

#[derive(Debug, Serialize)]
struct Column {
    /// In lower case, as the catalog has it; queries and the JSON reader do not mind case.
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// How the data lies there.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    /// JSON Lines.
    Lines(Compression),
    /// Parquet, by files that name its parts, in folders by the day: `{partition}=YYYY-MM-DD/`. What no such file names is not
    /// there for a query. The days are worked out, from the first one that there can be.
    LinkedParquet { partition: &'static str, first: &'static str },
}

impl TableView {
    pub fn new(
        catalog: Catalog,
        id: &'static str,
        name: &'static str,
        over: &Ref<Folder>,
        layout: Layout,
        columns: &[(&str, &'static str)],
    ) -> Self {
        let column = |(name, kind): &(&str, &'static str)| Column { name: name.to_lowercase(), kind };
        let (parameters, [input, output, library], partitions) = match layout {
            Layout::Lines(compression) => (lines(compression), LINES, Vec::new()),
            Layout::LinkedParquet { partition, first } => {
                (by_day(partition, first), LINKED_PARQUET, vec![column(&(partition, "date"))])
            }
        };
        Self {
            catalog,
            id,
            name,
            location: over.uri(),
            parameters,
            input,
            output,
            library,
            columns: columns.iter().map(column).collect(),
            partitions,
        }
    }

    /// `database.table`, as a query names it.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.catalog.database, self.name)
    }
}

const LINES: [&str; 3] = [
    "org.apache.hadoop.mapred.TextInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "org.openx.data.jsonserde.JsonSerDe",
];
const LINKED_PARQUET: [&str; 3] = [
    "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
];

fn lines(compression: Compression) -> BTreeMap<String, String> {
    let compression = match compression {
        Compression::None => "none",
        Compression::Gzip => "gzip",
    };
    owned([("EXTERNAL", "TRUE"), ("classification", "json"), ("compressionType", compression)])
}

fn by_day(partition: &str, first: &str) -> BTreeMap<String, String> {
    let mut all = owned([("EXTERNAL", "TRUE"), ("classification", "parquet"), ("projection.enabled", "true")]);
    for (setting, value) in [("type", "date"), ("format", "yyyy-MM-dd"), ("interval", "1"), ("interval.unit", "DAYS")] {
        all.insert(format!("projection.{partition}.{setting}"), value.to_owned());
    }
    // A batch that was begun at midnight somewhere else is of a day that is not yet here.
    all.insert(format!("projection.{partition}.range"), format!("{first},NOW+1DAYS"));
    all
}

fn owned<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
