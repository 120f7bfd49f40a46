//! Sessions of which only one at a time goes on: the one that holds the lock.

use std::{marker::PhantomData, time::Duration};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::{Connection, Database, Logins, Refusal, Session, Trouble, connect};

/// What a function's sessions lock each other out by.
pub struct Lock {
    /// How they are called in the server's list of sessions.
    pub application: &'static str,
    /// What they want of the server besides what all want: `-c NAME=VALUE`.
    pub settings: &'static str,
    /// The lock's number, or SQL that says it.
    pub key: String,
    /// What a session does that has to wait.
    pub waiting: &'static str,
}

/// Rows as text.
pub type Rows = Vec<Vec<Option<String>>>;

/// A session that holds a lock. The lock is the session's and not a transaction's, since a run is more than one of them.
pub struct Locked<R> {
    connection: Connection,
    refusal: PhantomData<R>,
}

impl<R: Refusal> Locked<R> {
    /// With so much time left, of which three quarters may be spent on waiting for another run.
    pub async fn begin<L: Logins>(database: &Database<L>, lock: &Lock, left: Duration) -> Result<Self, Trouble<R>> {
        let (wait, left) = ((left * 3 / 4).as_millis().max(1), left.as_millis().max(1));
        let Lock { application, settings, key, waiting } = lock;
        // A function that is killed says no good-bye. So that its lock is free soon, the server asks whether it lives.
        let settings = format!(
            "-c TimeZone=UTC -c client_min_messages=warning {settings} -c jit=off -c lock_timeout={wait}ms \
             -c statement_timeout={left}ms -c idle_in_transaction_session_timeout=120s \
             -c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
        );
        let connection = connect(database, &Session { application, settings: &settings }).await?;
        let session = Self { connection, refusal: PhantomData };
        session.run(waiting, &format!("SELECT pg_advisory_lock({key})")).await?;
        Ok(session)
    }

    pub async fn close(self) {
        self.connection.close().await;
    }

    pub fn client(&self) -> &Client {
        &self.connection.client
    }

    /// Runs statements, by what they are for.
    pub async fn run(&self, purpose: &str, sql: &str) -> Result<(), Trouble<R>> {
        self.client().batch_execute(sql).await.map_err(|error| Trouble::of_statement(purpose, error))
    }

    /// What a statement selects.
    pub async fn select(&self, purpose: &str, sql: &str) -> Result<Rows, Trouble<R>> {
        let answer = self.client().simple_query(sql).await.map_err(|error| Trouble::of_statement(purpose, error))?;
        let rows = answer.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        Ok(rows.map(|row| (0..row.len()).map(|place| row.get(place).map(str::to_owned)).collect()).collect())
    }
}
