//! A session with the database: one at a time, whoever holds the lock.

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

/// The lock is the session's and not a transaction's, since a load is several of them.
const LOCK: &str = "SELECT pg_advisory_lock(hashtextextended('millrace rates', 0))";

pub(crate) struct Session(Connection);

impl Session {
    /// With so much time left, of which three quarters may be spent on waiting for another run.
    pub(crate) async fn begin<L: Logins>(database: &Database<L>, left: Duration) -> Result<Self, Trouble> {
        let (wait, left) = ((left * 3 / 4).as_millis().max(1), left.as_millis().max(1));
        // A function that is killed says no good-bye. So that its lock is free soon, the server asks whether it lives.
        let settings = format!(
            "-c TimeZone=UTC -c client_min_messages=warning -c maintenance_work_mem=128MB -c jit=off \
             -c lock_timeout={wait}ms -c statement_timeout={left}ms -c idle_in_transaction_session_timeout=120s \
             -c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
        );
        let wish = warehouse::Session { application: "load-rates", settings: &settings };
        let session = Self(connect(&database.server, &database.logins, &database.trust, &wish).await?);
        session.run("waiting for another run to end", LOCK).await?;
        Ok(session)
    }

    pub(crate) async fn close(self) {
        self.0.close().await;
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
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

/// As a literal of SQL.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
