//! The two dialects' own: how loads wait for each other, and how a file is copied.

use crate::{
    load::Load,
    sql::{Statement, Step, statement},
    target::SCHEMA,
};

/// A number that no other program that shares the database uses for a lock, one hopes: "flats" as text.
const LOCK: u64 = 0x66_6c61_7473;

/// How a file comes into the staging table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy<'a> {
    /// PostgreSQL takes it from the client.
    Stream,
    /// Redshift fetches it from S3, by itself, in this role.
    Fetch { role: &'a str },
}

impl Copy<'_> {
    /// Lets one load after the other.
    ///
    /// PostgreSQL has locks on numbers, which come before the tables are there. In Redshift the tables have to be there
    /// and committed: creating one fixes what the transaction sees, which is to be what the load before it left.
    pub fn lock(self) -> Statement {
        match self {
            Self::Stream => statement(Step::Lock, format!("SELECT pg_advisory_xact_lock({LOCK})")),
            Self::Fetch { .. } => statement(Step::Lock, format!("LOCK {SCHEMA}.loads")),
        }
    }

    pub(super) fn statement(self, load: &Load) -> Statement {
        let table = load.target().table();
        let names: Vec<&str> = load.target().columns().iter().map(|column| column.name).collect();
        let names = names.join(", ");
        let sql = match self {
            // The header is looked at before, since neither dialect knows it by our names.
            Self::Stream => {
                format!("COPY {table}_staging ({names})\nFROM STDIN (FORMAT csv, HEADER true, FORCE_NULL ({names}))")
            }
            Self::Fetch { role } => format!(
                "COPY {table}_staging ({names})\nFROM '{}' IAM_ROLE '{role}'\n\
                 FORMAT AS CSV DELIMITER ',' GZIP IGNOREHEADER 1 TIMEFORMAT 'auto' EMPTYASNULL COMPUPDATE OFF STATUPDATE OFF",
                load.uri()
            ),
        };
        statement(Step::Copy, sql)
    }
}
