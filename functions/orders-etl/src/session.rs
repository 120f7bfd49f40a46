//! A session with the database: one at a time for a pipeline, whoever holds its lock.

use contract::{SchemaName, orders};
use sha2::{Digest, Sha256};
use std::ops::Deref;
use warehouse::{Lock, Locked};

use crate::fault::Refusal;

/// A session that holds the pipeline's lock: also the export and the notice are of one invocation at a time.
pub(crate) struct Session<'a> {
    locked: &'a Locked<Refusal>,
    schema: &'a SchemaName,
}

impl<'a> Session<'a> {
    pub(crate) fn new(locked: &'a Locked<Refusal>, schema: &'a SchemaName) -> Self {
        Self { locked, schema }
    }

    pub(crate) fn schema(&self) -> &SchemaName {
        self.schema
    }

    /// Fills names into a statement: of the schemas, and whatever else it asks for.
    pub(crate) fn fill(&self, sql: &str, values: &[(&str, &str)]) -> String {
        let common = [("{schema}", self.schema.as_str()), ("{dimensions}", orders::DIMENSIONS_SCHEMA)];
        common.iter().chain(values).fold(sql.to_owned(), |sql, (name, value)| sql.replace(name, value))
    }
}

impl Deref for Session<'_> {
    type Target = Locked<Refusal>;
    fn deref(&self) -> &Locked<Refusal> {
        self.locked
    }
}

pub(crate) fn lock(schema: &SchemaName) -> Lock {
    Lock {
        application: "orders-etl",
        settings: "-c work_mem=32MB",
        key: key(schema.as_str()).to_string(),
        waiting: "waiting for another run of this pipeline to end",
    }
}

/// A number for PostgreSQL's advisory locks that no other program is likely to take.
pub(crate) fn key(name: &str) -> i64 {
    let hash = Sha256::digest(format!("millrace orders {name}"));
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first)
}
