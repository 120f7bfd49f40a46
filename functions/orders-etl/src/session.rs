//! A session with the database: one at a time for a pipeline, whoever holds its lock.

use contract::{SchemaName, orders};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio_postgres::{Client, SimpleQueryMessage};
use warehouse::{Connection, Logins, Server, Trust, connect};

use crate::trouble::Trouble;

/// Where the database is, and how it is reached.
pub(crate) struct Database<L> {
    pub(crate) server: Server,
    pub(crate) logins: L,
    pub(crate) trust: Trust,
}

/// Rows as text.
pub(crate) type Rows = Vec<Vec<Option<String>>>;

/// A session that holds the pipeline's lock. The lock is the session's and not the transaction's: also the export and the
/// notice are of one invocation at a time.
pub(crate) struct Session<'a> {
    connection: Connection,
    schema: &'a SchemaName,
}

impl<'a> Session<'a> {
    /// With so much time left, of which three quarters may be spent on waiting for another invocation.
    pub(crate) async fn begin<L: Logins>(
        database: &Database<L>,
        schema: &'a SchemaName,
        left: Duration,
    ) -> Result<Self, Trouble> {
        let (wait, left) = ((left * 3 / 4).as_millis().max(1), left.as_millis().max(1));
        // A function that is killed says no good-bye. So that its lock is free soon, the server asks whether it lives.
        let settings = format!(
            "-c TimeZone=UTC -c client_min_messages=warning -c work_mem=32MB -c jit=off -c lock_timeout={wait}ms \
             -c statement_timeout={left}ms -c idle_in_transaction_session_timeout=120s \
             -c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
        );
        let wish = warehouse::Session { application: "orders-etl", settings: &settings };
        let connection = connect(&database.server, &database.logins, &database.trust, &wish).await?;
        let session = Self { connection, schema };
        let lock = format!("SELECT pg_advisory_lock({})", key(schema.as_str()));
        session.run("waiting for another run of this pipeline to end", &lock).await?;
        Ok(session)
    }

    pub(crate) async fn close(self) {
        self.connection.close().await;
    }

    pub(crate) fn client(&self) -> &Client {
        &self.connection.client
    }

    pub(crate) fn schema(&self) -> &SchemaName {
        self.schema
    }

    /// Fills names into a statement: of the schemas, and whatever else it asks for.
    pub(crate) fn fill(&self, sql: &str, values: &[(&str, &str)]) -> String {
        let common = [("{schema}", self.schema.as_str()), ("{dimensions}", orders::DIMENSIONS_SCHEMA)];
        common.iter().chain(values).fold(sql.to_owned(), |sql, (name, value)| sql.replace(name, value))
    }

    /// Runs statements, by what they are for.
    pub(crate) async fn run(&self, purpose: &str, sql: &str) -> Result<(), Trouble> {
        self.client().batch_execute(sql).await.map_err(|error| Trouble::of_statement(purpose, error))
    }

    /// What a statement selects.
    pub(crate) async fn select(&self, purpose: &str, sql: &str) -> Result<Rows, Trouble> {
        let answer = self.client().simple_query(sql).await.map_err(|error| Trouble::of_statement(purpose, error))?;
        let rows = answer.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        Ok(rows.map(|row| (0..row.len()).map(|place| row.get(place).map(str::to_owned)).collect()).collect())
    }
}

/// A number for PostgreSQL's advisory locks that no other program is likely to take.
pub(crate) fn key(name: &str) -> i64 {
    let hash = Sha256::digest(format!("millrace orders {name}"));
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first)
}
