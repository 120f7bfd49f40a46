//! The tables as they have become, step by step. What was applied is recorded with its checksum; a step is never changed
//! afterwards, but followed by another.

use chrono::{DateTime, SecondsFormat, Utc};
use contract::orders::DIMENSIONS_SCHEMA;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

use crate::{
    fault::{Refusal, Trouble},
    session::{Session, key},
};

/// One step. In its statements `{schema}` is the first part of the names of the pipeline's schemas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
    /// It loses data, and therefore is not applied unless that is asked for.
    pub(crate) destructive: bool,
}

/// In the order in which they are applied; the first is number 1.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { name: "dimensions", sql: include_str!("../migrations/0001_dimensions.sql"), destructive: false },
    Migration { name: "tables", sql: include_str!("../migrations/0002_tables.sql"), destructive: false },
];

/// A step that was taken, or is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Step {
    pub(crate) number: usize,
    pub(crate) name: &'static str,
    pub(crate) destructive: bool,
}

impl Migration {
    fn checksum(&self) -> String {
        Sha256::digest(self.sql).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    fn step(&self, number: usize) -> Step {
        Step { number, name: self.name, destructive: self.destructive }
    }
}

/// The steps that the database lacks. One that was changed since it was applied is an error.
pub(crate) async fn pending(session: &Session<'_>, all: &[Migration]) -> Result<Vec<Step>, Trouble> {
    let known = applied(session).await?;
    if let Some((number, _)) = known.range(all.len() + 1..).next() {
        return Err(Trouble::lasting(format!(
            "this database has migration {number}, which this version of the function does not know: deploy one that does"
        )));
    }
    let mut pending = Vec::new();
    for (number, migration) in (1..).zip(all) {
        match known.get(&number) {
            None => pending.push(migration.step(number)),
            Some(checksum) if *checksum == migration.checksum() => {}
            Some(_) => {
                return Err(Trouble::lasting(format!(
                    "migration {number} '{}' is not the one that was applied to this database: deploy the version of \
                     the function that has it, and put changes into a migration of their own",
                    migration.name
                )));
            }
        }
    }
    Ok(pending)
}

/// Applies what is pending, within the transaction that is open. What loses data is refused unless it is asked for.
pub(crate) async fn apply(
    session: &Session<'_>,
    all: &[Migration],
    destructive: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Step>, Trouble> {
    let pending = pending(session, all).await?;
    if pending.is_empty() {
        return Ok(pending);
    }
    if let Some(Step { number, name, .. }) = pending.iter().find(|step| step.destructive && !destructive) {
        let reason = format!(
            "migration {number} '{name}' of the tables loses data, and so is not applied by a run: look at it, then run \
             cargo xtask migrate --stage STAGE --destructive"
        );
        return Err(Refusal { file: None, line: None, reason }.into());
    }
    // Pipelines of one database share the dimensions, and each has only its own lock.
    let lock = format!("SELECT pg_advisory_xact_lock({})", key(DIMENSIONS_SCHEMA));
    session.run("waiting for another pipeline's migration to end", &lock).await?;
    session.run("making the table of migrations", &session.fill(include_str!("../sql/migrations.sql"), &[])).await?;
    for Step { number, name, destructive } in &pending {
        let Some(migration) = all.get(number - 1) else { continue };
        session.run(&format!("applying migration {number} '{name}'"), &session.fill(migration.sql, &[])).await?;
        let record = format!(
            "INSERT INTO \"{{schema}}_analytics\".migrations (number, name, checksum, destructive, applied_at)\n\
             VALUES ({number}, '{name}', '{}', {destructive}, '{}')",
            migration.checksum(),
            now.to_rfc3339_opts(SecondsFormat::Millis, true)
        );
        session.run("recording a migration", &session.fill(&record, &[])).await?;
    }
    Ok(pending)
}

/// Checksums by number.
async fn applied(session: &Session<'_>) -> Result<BTreeMap<usize, String>, Trouble> {
    let there = session.fill("SELECT to_regclass('\"{schema}_analytics\".migrations')", &[]);
    let purpose = "reading which migrations were applied";
    if session.select(purpose, &there).await?.first().and_then(|row| row.first()?.as_ref()).is_none() {
        return Ok(BTreeMap::new());
    }
    let all = session.fill("SELECT number, checksum FROM \"{schema}_analytics\".migrations", &[]);
    let rows = session.select(purpose, &all).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.first()?.as_ref()?.parse().ok()?, row.get(1)?.clone()?))).collect())
}
