//! The tables as they have become, step by step. What was applied is recorded with its checksum; a step is never changed
//! afterwards, but followed by another.

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

use crate::{
    refusal::{Refusal, Trouble},
    session::Session,
};

/// One step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    name: &'static str,
    sql: &'static str,
}

const TABLES: Migration = Migration { name: "tables", sql: include_str!("../migrations/tables.sql") };
const SLOTS: Migration = Migration { name: "slots", sql: include_str!("../migrations/slots.sql") };
const TARGET: Migration = Migration { name: "target", sql: include_str!("../migrations/target.sql") };
const AVERAGES: Migration = Migration { name: "averages", sql: include_str!("../migrations/averages.sql") };

/// Of a database that this function brings prices into.
pub(crate) const OURS: &[Migration] = &[TABLES, SLOTS, AVERAGES];
/// Of one that DMS does.
pub(crate) const OF_DMS: &[Migration] = &[TABLES, TARGET, AVERAGES];

impl Migration {
    fn checksum(&self) -> String {
        Sha256::digest(self.sql).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

/// Applies what the database lacks, within the transaction that is open.
pub(crate) async fn apply(session: &Session, all: &[Migration], now: DateTime<Utc>) -> Result<(), Trouble> {
    let known = applied(session).await?;
    if let Some(other) = known.keys().find(|name| all.iter().all(|ours| ours.name != name.as_str())) {
        return Err(unexpected(other));
    }
    for migration in all {
        match known.get(migration.name) {
            Some(checksum) if *checksum == migration.checksum() => {}
            Some(_) => {
                return Err(Trouble::lasting(format!(
                    "the migration '{}' is not the one that was applied to this database: deploy the version of the \
                     function that has it, and put changes into a migration of their own",
                    migration.name
                )));
            }
            None => take(session, migration, now).await?,
        }
    }
    Ok(())
}

async fn take(session: &Session, migration: &Migration, now: DateTime<Utc>) -> Result<(), Trouble> {
    let Migration { name, sql } = migration;
    let book = "CREATE SCHEMA IF NOT EXISTS rates;\n\
                CREATE TABLE IF NOT EXISTS rates.migrations (\n\
                name TEXT COLLATE \"C\" PRIMARY KEY, checksum TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL)";
    session.run("making the table of migrations", book).await?;
    session.run(&format!("applying the migration '{name}'"), sql).await?;
    let (checksum, now) = (migration.checksum(), now.to_rfc3339_opts(SecondsFormat::Millis, true));
    let record = format!("INSERT INTO rates.migrations VALUES ('{name}', '{checksum}', '{now}')");
    session.run("recording a migration", &record).await
}

/// Prices are data: nobody takes away what another way of loading has brought.
fn unexpected(other: &str) -> Trouble {
    let (whose, instead) = match other {
        "slots" => {
            ("load-rates", "have load-rates load this stage, or drop the schema first: DROP SCHEMA rates CASCADE")
        }
        "target" => ("DMS", "have DMS load this stage, or drop the schema first: DROP SCHEMA rates CASCADE"),
        _ => {
            return Trouble::lasting(format!(
                "this database has the migration '{other}', which this version of the function does not know: deploy \
                 one that does"
            ));
        }
    };
    Refusal::new(format!("rates.prices of this database is filled by {whose}"), instead).into()
}

/// Checksums by name.
async fn applied(session: &Session) -> Result<BTreeMap<String, String>, Trouble> {
    let purpose = "reading which migrations were applied";
    let there = session.select(purpose, "SELECT to_regclass('rates.migrations')").await?;
    if there.first().and_then(|row| row.first()?.as_ref()).is_none() {
        return Ok(BTreeMap::new());
    }
    let rows = session.select(purpose, "SELECT name, checksum FROM rates.migrations").await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.first()?.clone()?, row.get(1)?.clone()?))).collect())
}
