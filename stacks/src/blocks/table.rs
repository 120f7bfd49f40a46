//! Tables of the data catalog over JSON Lines.

use contract::{Folder, Ref};
use serde::Serialize;
use serde_json::Value;

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
    compression: &'static str,
    columns: Vec<Column>,
}

#[derive(Debug, Serialize)]
struct Column {
    /// In lower case, as the catalog has it; queries and the JSON reader do not mind case.
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl TableView {
    pub fn new(
        catalog: Catalog,
        id: &'static str,
        name: &'static str,
        over: &Ref<Folder>,
        compression: Compression,
        columns: &[(&str, &'static str)],
    ) -> Self {
        let column = |(name, kind): &(&str, &'static str)| Column { name: name.to_lowercase(), kind };
        Self {
            catalog,
            id,
            name,
            location: over.uri(),
            compression: match compression {
                Compression::None => "none",
                Compression::Gzip => "gzip",
            },
            columns: columns.iter().map(column).collect(),
        }
    }

    /// `database.table`, as a query names it.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.catalog.database, self.name)
    }
}
