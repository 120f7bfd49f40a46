//! What Athena may read at once and where its answers go, and the questions that everybody asks first.

use contract::{Folder, Ref};
use serde::Serialize;
use serde_json::Value;

use super::{Scope, Tags};

#[derive(Debug, Serialize)]
pub struct QueriesView {
    id: &'static str,
    name: String,
    description: &'static str,
    limit_bytes: u64,
    answers: Value,
    database: Value,
    queries: Vec<Query>,
    tags: Tags,
}

/// A query that is kept under a name.
#[derive(Debug, Serialize)]
pub struct Query {
    pub id: &'static str,
    pub name: &'static str,
    pub about: &'static str,
    pub sql: String,
}

impl QueriesView {
    /// `database` is the logical id of the catalog's database.
    pub fn new(
        scope: &Scope,
        (id, thing): (&'static str, &'static str),
        limit_gb: u32,
        answers: &Ref<Folder>,
        database: &str,
        queries: Vec<Query>,
    ) -> Self {
        Self {
            id,
            name: scope.name(thing),
            description: "Bounds what one query may read",
            limit_bytes: u64::from(limit_gb) * 1_000_000_000,
            answers: answers.uri(),
            database: serde_json::json!({ "Ref": database }),
            queries,
            tags: scope.tags.clone(),
        }
    }

    /// The workgroup's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}
