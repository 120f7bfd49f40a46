//! All statements, in both dialects.
//!
//! Only what locks and what copies differs. Everything else keeps to what both know: Redshift has no `ON CONFLICT`, does
//! not enforce primary keys, and knows no functions of its leader (`NOW()`) in statements that read tables.
//!
//! Of two rows of one listing the later one stays. Later is what was modified (or published) later by the portal's clock;
//! of two that say the same or nothing, what was seen in a later hour; then the greater load id and contents. That is in
//! the rows themselves, as `loaded_version`, so that the tables are the same in whatever order files are loaded.

mod copy;
mod create;
mod merge;

use crate::{load::Load, target::SCHEMA};

pub use copy::Copy;
pub use create::create;

/// What a statement is for, so that an error can say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Other loads wait.
    Lock,
    Create,
    Stage,
    Copy,
    /// What is recorded already is not loaded again.
    Guard,
    Merge,
    Check,
    Record,
    Clear,
    /// How many rows are recorded.
    Rows,
}

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Self::Lock => "waiting for other loads",
            Self::Create => "creating the tables",
            Self::Stage => "making the staging table",
            Self::Copy => "copying the file",
            Self::Guard => "looking whether it was loaded before",
            Self::Merge => "merging the listings",
            Self::Check => "counting the listings",
            Self::Record => "recording the load",
            Self::Clear => "clearing up",
            Self::Rows => "reading the record of the load",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub step: Step,
    pub sql: String,
}

pub(crate) fn statement(step: Step, sql: impl Into<String>) -> Statement {
    Statement { step, sql: sql.into() }
}

/// One load from the staging table to the record. The tables are there and other loads are locked out.
pub fn load(load: &Load, copy: &Copy<'_>, now: &str) -> Vec<Statement> {
    let target = load.target();
    let mut statements = vec![create::staging(target), copy.statement(load)];
    statements.push(guard(load));
    statements.extend(merge::merge(load));
    statements.push(record(load, now));
    statements
        .push(statement(Step::Clear, format!("DROP TABLE {table}_latest, {table}_staging", table = target.table())));
    statements
}

/// How many rows this load had; no row where it was never done.
pub fn rows(load: &Load) -> Statement {
    statement(Step::Rows, format!("SELECT row_count FROM {SCHEMA}.loads WHERE load_id = '{}'", load.id()))
}

/// A batch of statements cannot branch: of a load that is recorded it goes on with nothing.
fn guard(load: &Load) -> Statement {
    let (table, id) = (load.target().table(), load.id());
    let recorded = format!("(SELECT COUNT(*) FROM {SCHEMA}.loads WHERE load_id = '{id}')");
    statement(Step::Guard, format!("DELETE FROM {table}_staging WHERE {recorded} > 0"))
}

fn record(load: &Load, now: &str) -> Statement {
    let (id, table, uri, version) = (load.id(), load.target().table(), load.uri(), load.version());
    statement(
        Step::Record,
        format!(
            "INSERT INTO {SCHEMA}.loads (load_id, object, version, target, row_count, loaded_at)\n\
             SELECT '{id}', '{uri}', '{version}', '{table}', staged.row_count, CAST('{now}' AS TIMESTAMPTZ)\n\
             FROM (SELECT COUNT(*) AS row_count FROM {table}_staging) AS staged\n\
             LEFT JOIN {SCHEMA}.loads AS known ON known.load_id = '{id}'\n\
             WHERE known.load_id IS NULL"
        ),
    )
}
